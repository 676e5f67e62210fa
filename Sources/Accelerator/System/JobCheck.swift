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

    /// What must not be, with its code and the field that shows it.
    private typealias Finding = (found: Bit, fault: SystemFault, field: String)

    func body(_ c: Circuit, _ io: Ports) {
        let job = JobDescriptorWords(bits: io.words)
        let findings = [(job["magic"] != Unsigned(RecordLayout.descriptorMagic), SystemFault.badMagic, "magic")]
            + structure(job, io) + formats(job) + amounts(job) + addresses(job)
        var code = c.constant(SystemFault.none.rawValue, .unsigned(FaultReport.codeBits))
        var word = c.constant(0, .unsigned(io.word.width))
        for (number, finding) in findings.enumerated().reversed() {
            let found = c.named("finding_\(number)_\(finding.field)", finding.found)
            code = mux(found, finding.fault.code, code)
            word = mux(found, Unsigned(RecordLayout.jobDescriptor[finding.field].word), word)
        }
        c.drive(io.code, c.stage("held_code", code))
        c.drive(io.word, c.stage("held_word", word))
    }

    /// Flags that exclude each other, and a layer where there is none.
    private func structure(_ job: JobDescriptorWords, _ io: Ports) -> [Finding] {
        let direct = job.flag("direct"), begins = job.flag("begins_iteration")
        // Rounding is of each lane's part of an importance, which is not that of the whole.
        let decays = !direct & (job["importance_mode"] == Unsigned(ImportanceMode.allCases.firstIndex(of: .decay)!))
        let onlyFirst = job.flag("new_sequence") | job.flag("restores_state")
        return [
            (job["slot"] >= Unsigned(system.slots), .badField, "slot"),
            (direct & (io.someOpen | begins | onlyFirst | job.flag("saves_state") | job.flag("writes_list")), .badField, "direct"),
            (!direct & (job.flag("given_list") | (begins == io.iterationOpen) | (!begins & onlyFirst)), .badField, "begins_iteration"),
            (job.flag("new_sequence") & job.flag("restores_state"), .badField, "restores_state"),
            (job["heads"] == 0, .badField, "heads"), (job["heads"] > Unsigned(system.maximumHeads), .badField, "heads"),
            (!direct & !begins & (job["heads"] != io.iterationHeads), .badField, "heads"),
            (begins & (job["layers"] == 0), .badField, "layers"),
        ] + (system.lanes == 1 ? [] : [(decays, .badField, "importance_mode")])
    }

    private func formats(_ job: JobDescriptorWords) -> [Finding] {
        let keys = KeyFormat.supported.map {
            (job["key_msb_bits"] == Unsigned($0.msbBits)) & (job["key_lsb_bits"] == Unsigned($0.lsbBits))
        }
        let values = ValueFormat.supported.map { job["value_bits"] == Unsigned($0.bits) }
        let one = 1 << ValueRule.probabilityBits
        return [
            (!keys.anySet, .badField, "key_msb_bits"), (!values.anySet, .badField, "value_bits"),
            (job["tile_size"] >= Unsigned(system.lane.tileSizes.count), .badField, "tile_size"),
            (job["value_rule"] == 3, .badField, "value_rule"), (job["importance_mode"] == 3, .badField, "importance_mode"),
            (job["confidence"] > Unsigned(one), .badField, "confidence"),
            (job["value_limit"] > Unsigned(one), .badField, "value_limit"),
            ((job["value_rule"] == 1) & (job["value_limit"] > Unsigned(1 << ratioFractionBits)), .badField, "value_limit"),
        ]
    }

    private func amounts(_ job: JobDescriptorWords) -> [Finding] {
        let direct = job.flag("direct"), rowKeys = Unsigned(system.lane.maximumRowKeys)
        let listed = job.flag("given_list")
        func tooSteep(_ name: String) -> Bit {
            let above = job[name][ratioBits..<32]
            return above.isNonzero & !above.isAllOnes
        }
        return [
            (!direct & (job["context"] == 0), .badField, "context"),
            (!direct & (job["context"] > rowKeys), .contextLimit, "context"),
            (job["context"] > Unsigned(system.lane.lane.maximumContext), .contextLimit, "context"),
            (listed & (job["list_entries"] == 0), .badField, "list_entries"),
            (listed & (job["list_entries"] > rowKeys), .badField, "list_entries"),
            (job.flag("restores_state") & (job["state_tokens"] > rowKeys), .badField, "state_tokens"),
            (job["sink"] > rowKeys, .badField, "sink"), (job["recent"] > rowKeys, .badField, "recent"),
            (job["token_start"] > Unsigned(1 << ratioFractionBits), .badField, "token_start"),
            (job["head_start"] > Unsigned(1 << ratioFractionBits), .badField, "head_start"),
            (tooSteep("token_step"), .badField, "token_step"), (tooSteep("head_step"), .badField, "head_step"),
        ]
    }

    private func addresses(_ job: JobDescriptorWords) -> [Finding] {
        let low = bitsToIndex(RecordLayout.alignment)
        func isHigh(_ name: String) -> Bit { job[name][MemoryPort.addressBits..<64].isNonzero }
        let aligned = RecordLayout.jobDescriptor.fields.filter { $0.width == 64 && !$0.name.hasPrefix("region") }.map { field in
            (found: job[field.name][0..<low].isNonzero | isHigh(field.name), fault: SystemFault.misaligned, field: field.name)
        }
        let strides = RecordLayout.jobDescriptor.fields.filter { $0.name.hasSuffix("_stride") }.map { field in
            (found: job[field.name][0..<low].isNonzero, fault: SystemFault.misaligned, field: field.name)
        }
        return aligned + strides + ["region_first", "region_last"].map { (isHigh($0), .badField, $0) }
    }
}
