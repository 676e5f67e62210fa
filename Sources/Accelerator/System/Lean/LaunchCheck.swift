import Blocks
import Configuration
import RTL

/// Finds the first thing that is wrong with a launch descriptor; latency 1 cycle.
struct LaunchCheck: Module {
    let system: LeanSystemConfiguration

    struct Ports {
        let words: Unsigned
        /// Place among `SystemFault`, and the word of the descriptor.
        let code: Unsigned
        let word: Unsigned
    }

    var suffix: String { system.suffix }

    func ports(_ io: Interface) -> Ports {
        Ports(words: io.input(.unsigned(LaunchDescriptorWords.width)), code: io.output(.unsigned(FaultReport.codeBits)),
              word: io.output(.unsigned(bitsToIndex(RecordLayout.launchDescriptor.words))))
    }

    func body(_ c: Circuit, _ io: Ports) {
        let job = LaunchDescriptorWords(bits: io.words)
        func outside(_ name: String, _ most: Int) -> [RecordFinding] {
            let isNone = RecordFinding(job[name] == 0, name)
            // A comparison that cannot hold would be dead.
            guard most < (1 << job[name].width) - 1 else { return [isNone] }
            return [isNone, RecordFinding(job[name] > Unsigned(most), name)]
        }
        let splits = job["policy"] == Unsigned(SchedulePolicy.allCases.firstIndex(of: .fixedSplit)!)
        let (code, word) = job.first(
            c, of: [RecordFinding(job["magic"] != Unsigned(RecordLayout.launchMagic), .badMagic, "magic")]
                + outside("sequences", ClusterConfiguration.maximumSequences) + outside("heads", ClusterConfiguration.maximumHeads)
                + outside("rows", system.groupRows) + outside("lanes", system.lanes) + job.badFormats()
                + [RecordFinding(job["tile_size"] >= Unsigned(system.cluster.lane.tileSizes.count), "tile_size"),
                   RecordFinding(splits & (job["splits"] == 0), "splits")]
                + job.misalignedAddresses() + job.badRegion() + job.misalignedStrides())
        c.drive(io.code, c.stage("held_code", code))
        c.drive(io.word, c.stage("held_word", word))
        c.discard(io.words)
    }
}
