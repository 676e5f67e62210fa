import Accelerator
import Configuration
import Simulation
import TestSupport
import Testing
import UnitScenarios
import Verification

/// Lanes that prune: every number of steps, and rows longer than a tile of the dense lane.
let pruningLanes = lanes.filter { $0.slots == 1 }.map { SpAttenConfiguration(lane: $0) }
    + [SpAttenConfiguration(lane: laneD64, maximumRowKeys: 4096)]

/// The transfers of a stream follow each other without a gap.
private func isSteady(_ cycles: some BidirectionalCollection<Int>) -> Bool { cycles.last! - cycles.first! == cycles.count - 1 }

/// A beat a cycle, but for one cycle between two rows.
private func isSteadyInRows(_ stream: StreamRun.Transfers) throws -> Bool {
    let rowLast = try stream.beats.map { try $0.value("row_last") == 1 }
    return zip(zip(stream.cycles, stream.cycles.dropFirst()), rowLast).allSatisfy { $0.0.1 - $0.0.0 == ($0.1 ? 2 : 1) }
}

@Suite struct SerialMultiplierTests {
    @Test(arguments: [(31, 25), (33, 25), (7, 1), (1, 9)]) func products(bits: (Int, Int)) throws {
        let unit = try UnitScenario.serialMultiplier(
            multiplicandBits: bits.0, multiplierBits: bits.1, TestSeed.generator(#function))
        let run = try unit.runAll()
        #expect(run["product"].cycles[0] - run["factors"].cycles[0] == bits.1 + 1)
        #expect(run["factors"].cycles[1] - run["factors"].cycles[0] == bits.1 + 2)
    }
}

@Suite struct KeyJoinerTests {
    @Test(arguments: pruningLanes) func rowsBackToBack(configuration: SpAttenConfiguration) throws {
        let run = try UnitScenario.keyJoiner(configuration, TestSeed.generator(#function)).runAll()
        #expect(try isSteadyInRows(run["keys"]))
    }
}

@Suite struct ProgressiveQueryKeyTests {
    @Test(arguments: pruningLanes) func bothPasses(configuration: SpAttenConfiguration) throws {
        for round in 0..<3 {
            try UnitScenario.progressiveQueryKeyUnit(configuration, TestSeed.generator("\(#function) \(round)")).runAll()
        }
    }

    /// Without refining, a vector a cycle in every row.
    @Test(arguments: pruningLanes) func streamsFirstPasses(configuration: SpAttenConfiguration) throws {
        let unit = try UnitScenario.progressiveQueryKeyUnit(
            configuration, rows: 12, keys: 20, refines: nil, TestSeed.generator(#function))
        let run = try unit.run()
        #expect(try isSteadyInRows(run["keys"]))
        let firstKey = try run["keys"].beats.map { try $0.value("is_sum") }.firstIndex(of: 0)!
        let latency = ProgressiveQueryKeyUnit(configuration: configuration).latency
        #expect(run["scores"].cycles[0] - run["keys"].cycles[firstKey + configuration.lane.steps - 1] == latency)
    }

    /// With refining, the array has a vector in every cycle, whichever pass it is of, but for one cycle a row and pass.
    @Test(arguments: pruningLanes) func sharesTheArray(configuration: SpAttenConfiguration) throws {
        let unit = try UnitScenario.progressiveQueryKeyUnit(
            configuration, rows: 12, keys: 40, refines: 1, TestSeed.generator(#function))
        let run = try unit.run()
        let vectors = (run["keys"].cycles + run["lsb"].cycles).sorted()
        #expect(vectors.last! - vectors[0] < vectors.count + 2 * 12)
    }

    /// Scores that nobody takes do not hold up the refining, nor corrections the first pass.
    @Test func aFullQueueDoesNotBlockTheOther() throws {
        let configuration = pruningLanes[1]
        let unit = try UnitScenario.progressiveQueryKeyUnit(
            configuration, rows: 2, keys: 14, refines: 1, TestSeed.generator(#function))
        for (stalled, other) in [("scores", "corrections"), ("corrections", "scores")] {
            let run = try unit.run(.stalls([stalled: [0..<2_000]]))
            #expect(run[stalled].cycles[0] >= 2_000 && run[other].cycles[13] < 1_000)
        }
    }
}

@Suite struct ScoreRefinerTests {
    @Test(arguments: pruningLanes) func corrections(configuration: SpAttenConfiguration) throws {
        let run = try UnitScenario.scoreRefiner(configuration, TestSeed.generator(#function)).runAll()
        #expect(run["refined"].cycles[0] - run["scores"].cycles[0] == ScoreRefiner.latency)
        #expect(isSteady(run["refined"].cycles))
    }

    /// Twice the longest row waits for its decisions.
    @Test func holdsTwoFullRows() throws {
        let configuration = SpAttenConfiguration(lane: laneD64, maximumRowKeys: 128)
        let unit = try UnitScenario.scoreRefinerFullRows(configuration, TestSeed.generator(#function))
        let run = try unit.run(.stalls(["row": [0..<5_000]]))
        #expect(run["scores"].cycles.count { $0 < 5_000 } >= 2 * 128)
    }
}

@Suite struct ConfidenceTests {
    @Test(arguments: pruningLanes) func decisions(configuration: SpAttenConfiguration) throws {
        try UnitScenario.confidenceUnit(configuration, TestSeed.generator(#function)).runAll()
    }

    /// Tiles stream, from 128 keys to the longest row; a short one takes the time of a product.
    @Test(arguments: pruningLanes) func tilesStream(configuration: SpAttenConfiguration) throws {
        for keys in [128, configuration.maximumRowKeys] {
            let unit = try UnitScenario.confidenceUnit(
                configuration, tiles: [Int](repeating: keys, count: 4), TestSeed.generator(#function))
            let run = try keys == 128 ? unit.runAll() : unit.run()
            let weights = run["weights"].cycles, decisions = run["decisions"].cycles
            #expect(isSteady(weights) && isSteady(decisions))
            #expect(decisions[0] - weights[keys - 1] == ConfidenceUnit(configuration: configuration).latency)
        }
        let short = try UnitScenario.confidenceUnit(configuration, tiles: [Int](repeating: 1, count: 40), TestSeed.generator(#function))
        let decisions = try short.run()["decisions"].cycles
        #expect(decisions[30] - decisions[29] == ConfidenceUnit(configuration: configuration).cyclesPerTile)
    }
}

@Suite struct LocalValueSelectorTests {
    @Test(arguments: pruningLanes) func selections(configuration: SpAttenConfiguration) throws {
        try UnitScenario.localValueSelector(configuration, TestSeed.generator(#function)).runAll()
    }

    /// Tiles stream under every rule, from 128 keys to the longest row.
    @Test(arguments: pruningLanes, [ValueRule.all, .threshold(limit: 1 << 14), .fraction(limit: 20_000)])
    func tilesStream(configuration: SpAttenConfiguration, rule: ValueRule) throws {
        for keys in [128, configuration.maximumRowKeys] {
            let unit = try UnitScenario.localValueSelector(
                configuration, tiles: [Int](repeating: keys, count: 4), rule, TestSeed.generator(#function))
            let run = try keys == 128 ? unit.runAll() : unit.run()
            let weights = run["weights"].cycles, decisions = run["decisions"].cycles
            #expect(isSteady(weights) && isSteady(decisions), "\(keys) keys")
            let latency: Int? = switch rule {
            case .all: LocalValueSelector.latency
            case .threshold: LocalValueSelector(configuration: configuration).thresholdLatency
            case .fraction: nil
            }
            if let latency { #expect(decisions[0] - weights[keys - 1] == latency) }
        }
    }

    @Test func shortTilesTakeAProduct() throws {
        let configuration = pruningLanes[1]
        let unit = try UnitScenario.localValueSelector(
            configuration, tiles: [Int](repeating: 1, count: 40), .threshold(limit: 1 << 20), TestSeed.generator(#function))
        let decisions = try unit.run()["decisions"].cycles
        #expect(decisions[30] - decisions[29] == LocalValueSelector(configuration: configuration).cyclesPerTile)
    }
}

@Suite struct LeafCompletionTests {
    @Test(arguments: pruningLanes) func completedLeaves(configuration: SpAttenConfiguration) throws {
        let run = try UnitScenario.leafCompletion(configuration, TestSeed.generator(#function)).runAll()
        #expect(isSteady(run["completed"].cycles) && run["completed"].cycles[0] == run["leaf"].cycles[0])
    }
}

/// The parameters that units of the dense lane have in a lane that prunes.
@Suite struct PruningParameterTests {
    @Test(arguments: pruningLanes) func doubledScores(configuration: SpAttenConfiguration) throws {
        try UnitScenario.scoreScaler(configuration.lane, doubled: true, TestSeed.generator(#function)).runAll()
    }

    @Test(arguments: pruningLanes) func longTiles(configuration: SpAttenConfiguration) throws {
        let unit = try UnitScenario.softmaxUnitFullTiles(
            configuration.lane, tileKeys: configuration.maximumRowKeys, TestSeed.generator(#function))
        let run = try unit.run()
        for stream in ["scores", "weights"] { #expect(isSteady(run[stream].cycles)) }
    }

    @Test(arguments: pruningLanes) func droppedValues(configuration: SpAttenConfiguration) throws {
        try UnitScenario.probabilityValueUnit(configuration, kept: TestSeed.generator(#function)).runAll()
    }

    @Test(arguments: pruningLanes) func statesWithMasses(configuration: SpAttenConfiguration) throws {
        let unit = try UnitScenario.stateAccumulator(
            configuration.lane, masses: true, tileKeys: configuration.maximumRowKeys, TestSeed.generator(#function))
        let leaves = try unit.runAll()["leaf"].cycles, beats = configuration.lane.stateBeatCount + 1
        #expect(leaves[beats] - leaves[0] == beats + Accelerator.StateAccumulator.latency)
    }

    @Test(arguments: pruningLanes) func reports(configuration: SpAttenConfiguration) throws {
        let run = try UnitScenario.normalizer(configuration.lane, reports: true, TestSeed.generator(#function)).runAll()
        #expect(run["report"].cycles[0] - run["output"].cycles[configuration.lane.headSize - 1] == 2)
    }
}
