import Configuration
import FixedPoint
import Foundation
import Testing
import TestSupport

@Suite("Lane configuration")
struct LaneConfigurationTests {
    @Test("presets are legal, distinct, and can be found by name")
    func presets() throws {
        #expect(
            Preset.all.map(\.name) == [
                "lane-d32", "lane-d64", "lane-d128", "lane-d32-m64", "lane-d64-m32", "lane-d128-m32",
                "spatten-d64", "spatten-d64-s32", "spatten-d32", "spatten-d128", "cascade-d64", "cascade-d64-p16", "cascade-d16",
                "prefill-d64", "prefill-d32", "prefill-d128", "prefill-d64-r16", "prefill-d128-m32-r16", "prefill-d64-m32",
                "lean-8", "lean-16-cluster", "spatten-8", "tiny", "ecp5-lane", "spatten-eighth", "spatten-full", "lean-16",
            ])
        for preset in Preset.all {
            try preset.configuration.validate()
            #expect(try Preset.named(preset.name) == preset)
            #expect(preset.configuration.lane.maximumContext == (preset.configuration.lane.portBytes == 64 ? 524_288 : 4_096))
        }
        #expect(Set(Preset.all.map(\.configuration.configHash)).count == Preset.all.count)
    }

    @Test("keys a cycle and cycles a key follow from the sizes", arguments: [
        ("lane-d32", 1, 1), ("lane-d64", 1, 1), ("lane-d128", 1, 2), ("lane-d32-m64", 2, 1), ("lane-d64-m32", 1, 2),
        ("lane-d128-m32", 1, 4),
    ])
    func slotsAndSteps(name: String, slots: Int, steps: Int) throws {
        let configuration = try Preset.named(name).configuration.lane
        #expect(configuration.slots == slots && configuration.steps == steps)
        #expect(configuration.multipliers * steps == configuration.headSize * slots)
    }

    @Test("an unknown preset is answered with the nearest name and the list")
    func unknownPreset() {
        #expect(throws: ConfigurationError.unknownPreset(
            name: "lane-d65", known: Preset.all.map(\.name), nearest: "lane-d64")) { try Preset.named("lane-d65") }
        do {
            _ = try Preset.named("gpu")
            Issue.record("there is no such preset")
        } catch {
            #expect(!error.description.contains("did you mean") && error.description.contains("lane-d128-m32"))
        }
    }

    @Test("every parameter is checked")
    func validation() {
        let changes: [(String, (inout LaneConfiguration) -> Void)] = [
            ("headSize", { $0.headSize = 96 }), ("multipliers", { $0.multipliers = 0 }),
            ("portBytes", { $0.portBytes = 32 }), ("maximumContext", { $0.maximumContext = 1 << 20 }),
            ("maximumContext", { $0.maximumContext = 5000 }), ("maximumContext", { $0.maximumContext = -4096 }),
            ("mergeElements", { $0.mergeElements = 3 }), ("fetchBufferBeats", { $0.fetchBufferBeats = 0 }),
        ]
        for (parameter, change) in changes {
            var configuration = LaneConfiguration(headSize: 64, multipliers: 64)
            change(&configuration)
            do {
                try configuration.validate()
                Issue.record("\(parameter) was not checked")
            } catch {
                #expect(error.description.hasPrefix("\(parameter) ") && error.description.contains(": use "))
            }
        }
    }

    @Test("a narrow port is of lanes that prune, with sectors of its width and a head and array that fit it")
    func narrowPorts() throws {
        for (headSize, multipliers, portBytes) in [(16, 16, 8), (16, 16, 16), (32, 16, 16), (64, 64, 16)] {
            let narrow = SpAttenConfiguration.narrow(headSize: headSize, multipliers: multipliers, portBytes: portBytes)
            try narrow.validate()
            #expect(narrow.channels == 1 && narrow.sectorBytes == portBytes)
            let dense: [AcceleratorConfiguration] = [
                .lane(narrow.lane), .prefill(PrefillConfiguration(lane: narrow.lane)),
                .cluster(ClusterConfiguration(spAtten: narrow, lanes: 8)),
            ]
            for configuration in dense { #expect(throws: ConfigurationError.self) { try configuration.validate() } }
        }
        let refused: [(String, SpAttenConfiguration)] = [
            ("portBytes 4 is not supported: use one of 8, 16, 64", .narrow(headSize: 64, multipliers: 64, portBytes: 4)),
            ("headSize 64 is not supported: use one of 16", .narrow(headSize: 64, multipliers: 16, portBytes: 8)),
            ("headSize 128 is not supported: use one of 16, 32, 64", .narrow(headSize: 128, multipliers: 64, portBytes: 16)),
            ("headSize 16 is not supported: use one of 32, 64, 128", .narrow(headSize: 16, multipliers: 16, portBytes: 64)),
            ("multipliers 64 is not supported: a lane that prunes takes one key at a time",
             .narrow(headSize: 32, multipliers: 64, portBytes: 16)),
            ("sectorBytes 64 is not supported: use one of 16", {
                var narrow = SpAttenConfiguration.narrow(headSize: 64, multipliers: 64, portBytes: 16)
                narrow.sectorBytes = 64
                return narrow
            }()),
            ("maximumRowKeys 4096 is not supported: use one of 1024", {
                var narrow = SpAttenConfiguration.narrow(headSize: 64, multipliers: 64, portBytes: 16)
                narrow.maximumRowKeys = 4096
                return narrow
            }()),
            ("topKParallelism 4 is not supported: use one of 1", {
                var narrow = SpAttenConfiguration.narrow(headSize: 64, multipliers: 64, portBytes: 16)
                narrow.topKParallelism = 4
                return narrow
            }()),
        ]
        for (message, configuration) in refused {
            let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
            #expect(error?.description.hasPrefix(message) == true, "\(String(describing: error))")
        }
    }

    @Test("the hash is FNV-1a of the canonical text, the same in every process")
    func hash() {
        let configuration = LaneConfiguration(headSize: 64, multipliers: 64)
        #expect(
            configuration.canonicalText
                == "lane headSize=64 multipliers=64 portBytes=64 maximumContext=524288 mergeElements=8 fetchBufferBeats=256")
        #expect(configuration.configHash == 0x153eaebda2158f15)
    }

    @Test("a configuration survives JSON")
    func json() throws {
        for point in OperatingPoint.all.prefix(200) {
            let configuration = try JSONEncoder().encode(point.preset.configuration)
            #expect(try JSONDecoder().decode(LaneConfiguration.self, from: configuration) == point.preset.configuration.lane)
            let settings = try JSONEncoder().encode(point.settings)
            #expect(try JSONDecoder().decode(RowSettings.self, from: settings) == point.settings)
        }
    }
}

@Suite("Run-time settings")
struct RowSettingsTests {
    @Test("every advertised point is listed once")
    func points() throws {
        #expect(RowSettings.all.count == 4 * 8 * 4 && OperatingPoint.all.count == 6 * 128)
        #expect(Set(OperatingPoint.all).count == OperatingPoint.all.count)
        for settings in RowSettings.all { try settings.validate() }
    }

    @Test("a tile size the hardware lacks is refused", arguments: [0, -128, 64, 384, 2048])
    func tileKeys(tileKeys: Int) throws {
        let settings = RowSettings(tileKeys: tileKeys, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        #expect(throws: ConfigurationError.unsupported(
            parameter: "tileKeys", value: "\(tileKeys)", remedy: "use one of 128, 256, 512, 1024")) {
                try settings.validate()
            }
    }
}

/// What a configuration file may say, for editors and for people.
@Suite struct ConfigurationParameterTests {
    @Test func theSchemaIsAsDeclared() throws {
        let text = ConfigurationParameter.jsonSchema
        try PackageFiles.expect("Docs/configuration.schema.json", says: text)
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }

    /// A value that no preset and no lane has would be one that nobody has run.
    @Test func presetsLieWithinTheSchema() {
        for preset in Preset.all {
            let words = preset.configuration.canonicalText.split(separator: " ").compactMap { word -> (String, Int)? in
                let parts = word.split(separator: "=")
                return parts.count == 2 ? Int(parts[1]).map { (String(parts[0]), $0) } : nil
            }
            for (name, value) in words {
                guard let parameter = ConfigurationParameter.all.first(where: { $0.name == name }) else { continue }
                if case .cluster = preset.configuration, name == "lanes" { continue }
                #expect(parameter.values.contains(value), "\(preset.name): \(name)=\(value)")
            }
        }
    }
}
