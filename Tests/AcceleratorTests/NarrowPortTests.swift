import Accelerator
import Configuration
import TestSupport
import Testing
import UnitScenarios

/// The units that are built in another way behind a narrow port: fewer elements or weights a cycle, more stages, relays.
@Suite struct NarrowPortTests {
    @Test(arguments: [narrowConfigurations[0], narrowConfigurations[1]])
    func units(configuration: SpAttenConfiguration) throws {
        let lane = configuration.lane
        let units = [
            try UnitScenario.localValueSelector(configuration, TestSeed.generator("selector")),
            try UnitScenario.confidenceUnit(configuration, TestSeed.generator("confidence")),
            try UnitScenario.probabilityValueUnit(lane, TestSeed.generator("probability")),
            try UnitScenario.probabilityValueUnit(configuration, kept: TestSeed.generator("kept")),
            try UnitScenario.leafCompletion(configuration, TestSeed.generator("completion")),
            try UnitScenario.stateAccumulator(lane, masses: true, TestSeed.generator("accumulator")),
            try UnitScenario.keyJoiner(configuration, TestSeed.generator("joiner")),
        ]
        for unit in units { try unit.runAll() }
    }

    /// Two cycles a vector, once the tile before has left, and a beat of a leaf a cycle.
    @Test func serialProbabilityValueUnit() throws {
        let configuration = narrowConfigurations[0], unit = SerialProbabilityValueUnit(configuration)
        try UnitScenario.probabilityValueUnit(configuration.lane, TestSeed.generator("tiles"), standIn: unit).runAll()
        let run = try UnitScenario.probabilityValueUnit(configuration, kept: TestSeed.generator("kept"), standIn: unit).runAll()
        let fullTile = run["values"].cycles.suffix(configuration.maximumRowKeys - 4)
        #expect(fullTile.last! - fullTile.first! == 2 * (fullTile.count - 1))
        let leaf = run["leaf"].cycles.suffix(configuration.lane.stateBeatCount)
        #expect(leaf.first! - fullTile.last! == SerialProbabilityValueUnit.latency)
        #expect(leaf.last! - leaf.first! == leaf.count - 1)
    }

    /// Four cycles more than behind a wide port, and an element a cycle as there.
    @Test(arguments: [narrowConfigurations[0], narrowConfigurations[1]])
    func normalizer(configuration: SpAttenConfiguration) throws {
        let lane = configuration.lane
        try UnitScenario.normalizer(lane, reports: true, TestSeed.generator("reports")).runAll()
        let run = try UnitScenario.normalizer(lane, TestSeed.generator("alone")).runAll()
        let outputs = run["output"].cycles
        #expect(outputs[0] - run["state"].cycles[lane.headSize / lane.mergeElements - 1] == Accelerator.Normalizer.latency + 4)
        #expect(outputs[lane.headSize - 1] - outputs[0] == lane.headSize - 1)
    }
}
