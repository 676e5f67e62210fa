import Blocks
import Configuration
import FixedPoint
import RTL

/// Finds the first thing that is wrong with a job descriptor; latency 1 cycle.
struct JobCheck: Module {
    let system: SystemConfiguration

    struct Ports {
        let words: Unsigned
        /// In the job's slot an iteration of the cascade has begun and has layers to come; its rows a layer.
        let iterationOpen: Bit
        let iterationHeads: Unsigned
        /// In some slot.
        let someOpen: Bit
        /// Place among `SystemFault`, and the word of the descriptor.
        let code: Unsigned
        let word: Unsigned
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        Ports(words: io.input(.unsigned(JobDescriptorWords.width)), iterationOpen: io.input(.bit),
              iterationHeads: io.input(.unsigned(headCountBits)), someOpen: io.input(.bit), code: io.output(.unsigned(FaultReport.codeBits)),
              word: io.output(.unsigned(bitsToIndex(RecordLayout.jobDescriptor.words))))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let job = JobDescriptorWords(bits: io.words)
        let (code, word) = job.first(
            c, of: [RecordFinding(job["magic"] != Unsigned(RecordLayout.descriptorMagic), .badMagic, "magic")]
                + structure(job, io) + job.badFormats() + settings(job) + amounts(job)
                + job.misalignedAddresses() + job.misalignedStrides() + job.badRegion())
        c.drive(io.code, c.stage("held_code", code))
        c.drive(io.word, c.stage("held_word", word))
    }

    /// Flags that exclude each other, and a layer where there is none.
    private func structure(_ job: JobDescriptorWords, _ io: Ports) -> [RecordFinding] {
        let direct = job.flag("direct"), begins = job.flag("begins_iteration")
        // Rounding is of each lane's part of an importance, which is not that of the whole.
        let decays = !direct & (job["importance_mode"] == Unsigned(ImportanceMode.allCases.firstIndex(of: .decay)!))
        let onlyFirst = job.flag("new_sequence") | job.flag("restores_state")
        return [
            RecordFinding(job["slot"] >= Unsigned(system.slots), "slot"),
            RecordFinding(direct & (io.someOpen | begins | onlyFirst | job.flag("saves_state") | job.flag("writes_list")), "direct"),
            RecordFinding(!direct & (job.flag("given_list") | (begins == io.iterationOpen) | (!begins & onlyFirst)), "begins_iteration"),
            RecordFinding(job.flag("new_sequence") & job.flag("restores_state"), "restores_state"),
            RecordFinding(job["heads"] == 0, "heads"), RecordFinding(job["heads"] > Unsigned(system.maximumHeads), "heads"),
            RecordFinding(!direct & !begins & (job["heads"] != io.iterationHeads), "heads"),
            RecordFinding(begins & (job["layers"] == 0), "layers"),
        ] + (system.lanes == 1 ? [] : [RecordFinding(decays, "importance_mode")])
    }

    private func settings(_ job: JobDescriptorWords) -> [RecordFinding] {
        let one = 1 << ValueRule.probabilityBits
        return [
            RecordFinding(job["tile_size"] >= Unsigned(system.lane.tileSizes.count), "tile_size"),
            RecordFinding(job["value_rule"] == 3, "value_rule"), RecordFinding(job["importance_mode"] == 3, "importance_mode"),
            RecordFinding(job["confidence"] > Unsigned(one), "confidence"),
            RecordFinding(job["value_limit"] > Unsigned(one), "value_limit"),
            RecordFinding((job["value_rule"] == 1) & (job["value_limit"] > Unsigned(1 << ratioFractionBits)), "value_limit"),
        ]
    }

    private func amounts(_ job: JobDescriptorWords) -> [RecordFinding] {
        let direct = job.flag("direct"), rowKeys = Unsigned(system.lane.maximumRowKeys)
        let listed = job.flag("given_list")
        func tooSteep(_ name: String) -> Bit {
            let above = job[name][ratioBits..<32]
            return above.isNonzero & !above.isAllOnes
        }
        return [
            RecordFinding(!direct & (job["context"] == 0), "context"),
            RecordFinding(!direct & (job["context"] > rowKeys), .contextLimit, "context"),
            RecordFinding(job["context"] > Unsigned(system.lane.lane.maximumContext), .contextLimit, "context"),
            RecordFinding(listed & (job["list_entries"] == 0), "list_entries"),
            RecordFinding(listed & (job["list_entries"] > rowKeys), "list_entries"),
            RecordFinding(job.flag("restores_state") & (job["state_tokens"] > rowKeys), "state_tokens"),
            RecordFinding(job["sink"] > rowKeys, "sink"), RecordFinding(job["recent"] > rowKeys, "recent"),
            RecordFinding(job["token_start"] > Unsigned(1 << ratioFractionBits), "token_start"),
            RecordFinding(job["head_start"] > Unsigned(1 << ratioFractionBits), "head_start"),
            RecordFinding(tooSteep("token_step"), "token_step"), RecordFinding(tooSteep("head_step"), "head_step"),
        ]
    }
}
