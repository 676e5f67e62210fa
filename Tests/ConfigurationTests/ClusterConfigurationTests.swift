import Configuration
import Testing

@Suite struct ClusterConfigurationTests {
    private func cluster(residentRows: Int = 8, lanes: Int = 8, multipliers: Int = 64) -> ClusterConfiguration {
        ClusterConfiguration(
            lane: PrefillConfiguration(
                lane: LaneConfiguration(headSize: 64, multipliers: multipliers), residentRows: residentRows), lanes: lanes)
    }

    @Test func smallGroupsAreLegalInAClusterOnly() throws {
        for rows in ClusterConfiguration.rowCounts { try cluster(residentRows: rows).validate() }
        #expect(throws: ConfigurationError.self) { try cluster(residentRows: 1).lane.validate() }
        #expect(throws: ConfigurationError.unsupported(parameter: "residentRows", value: "3", remedy: "use one of 1, 2, 4, 8, 16")) {
            try cluster(residentRows: 3).validate()
        }
    }

    @Test func lanesThatPrune() throws {
        let lane = SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64))
        let cluster = ClusterConfiguration(spAtten: lane, lanes: 5, reduction: .tree)
        try cluster.validate()
        #expect(cluster.lane.tileSizes == lane.tileSizes && cluster.lane.residentRows == 1)
        #expect(cluster.canonicalText == "cluster \(lane.canonicalText) lanes=5 reduction=tree")
        let dense = ClusterConfiguration(lane: cluster.lane, lanes: 5, reduction: .tree)
        #expect(dense.configHash != cluster.configHash)
        #expect(throws: ConfigurationError.self) { try dense.validate() }
        let long = SpAttenConfiguration(lane: lane.lane, maximumRowKeys: 4096)
        #expect(throws: ConfigurationError.unsupported(parameter: "maximumRowKeys", value: "4096", remedy: "use one of 1024")) {
            try ClusterConfiguration(spAtten: long, lanes: 5).validate()
        }
    }

    @Test func lanes() throws {
        for lanes in [1, 5, 64] { try cluster(lanes: lanes).validate() }
        for lanes in [0, 65] {
            #expect(throws: ConfigurationError.unsupported(parameter: "lanes", value: "\(lanes)", remedy: "a cluster has 1 ... 64")) {
                try cluster(lanes: lanes).validate()
            }
        }
        #expect(throws: ConfigurationError.self) { try cluster(multipliers: 48).validate() }
    }

    @Test func onABus() throws {
        let system = LeanSystemConfiguration(cluster: cluster(lanes: 16))
        try system.validate()
        #expect(system.canonicalText == "system \(system.cluster.canonicalText) readOutstanding=64 writeOutstanding=16")
        #expect(AcceleratorConfiguration.leanSystem(system).onBus?.jobs == .launches)
        func refusal(_ change: (inout LeanSystemConfiguration) -> Void) -> String? {
            var system = system
            change(&system)
            do { try system.validate() } catch { return error.description }
            return nil
        }
        #expect(refusal { $0.cluster.lanes = 4 }?.hasPrefix("lanes 4 is not supported: use one of 2, 8, 16") == true)
        #expect(refusal { $0.readOutstanding = 3 }?.hasPrefix("readOutstanding 3") == true)
        #expect(refusal { $0.writeOutstanding = 512 }?.hasPrefix("writeOutstanding 512") == true)
        #expect(refusal { $0.cluster.lane.residentRows = 3 }?.hasPrefix("residentRows 3") == true)
        #expect(refusal {
            $0.cluster = ClusterConfiguration(spAtten: SpAttenConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)), lanes: 8)
        }?.hasPrefix("maximumRowKeys 1024") == true)
    }
}
