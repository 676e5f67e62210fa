import Configuration
import FixedPoint
import Testing

@Suite struct PrefillConfigurationTests {
    @Test func whatIsAdvertisedIsLegalAndDistinct() throws {
        for configuration in PrefillConfiguration.advertised { try configuration.validate() }
        #expect(Set(PrefillConfiguration.advertised.map(\.configHash)).count == PrefillConfiguration.advertised.count)
        #expect(Set(PrefillConfiguration.advertised.map(\.residentRows)) == Set(PrefillConfiguration.rowCounts))
        #expect(Set(PrefillConfiguration.advertised.map(\.bufferTileKeys)) == Set(PrefillConfiguration.bufferSizes))
    }

    @Test func whatCannotBeBuiltIsRefused() throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64)
        let twoKeys = PrefillConfiguration(lane: LaneConfiguration(headSize: 32, multipliers: 64))
        #expect(throws: ConfigurationError.unsupported(
            parameter: "multipliers", value: "64",
            remedy: "a lane for prefill takes one key at a time: use at most the head size, 32")) { try twoKeys.validate() }
        #expect(throws: ConfigurationError.unsupported(parameter: "residentRows", value: "4", remedy: "use one of 8, 16")) {
            try PrefillConfiguration(lane: lane, residentRows: 4).validate()
        }
        #expect(throws: ConfigurationError.unsupported(parameter: "bufferTileKeys", value: "512", remedy: "use one of 128, 256")) {
            try PrefillConfiguration(lane: lane, bufferTileKeys: 512).validate()
        }
        #expect(throws: ConfigurationError.self) {
            try PrefillConfiguration(lane: LaneConfiguration(headSize: 48, multipliers: 32)).validate()
        }
    }

    @Test("a tile has to fit the buffer") func tiles() throws {
        let lane = LaneConfiguration(headSize: 64, multipliers: 64)
        #expect(PrefillConfiguration(lane: lane).tileSizes == [128])
        #expect(PrefillConfiguration(lane: lane, bufferTileKeys: 256).tileSizes == [128, 256])
        let settings = RowSettings(tileKeys: 256, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 8))
        try PrefillConfiguration(lane: lane, bufferTileKeys: 256).validate(settings)
        #expect(throws: ConfigurationError.self) { try PrefillConfiguration(lane: lane).validate(settings) }
    }

    @Test func canonicalText() {
        #expect(PrefillConfiguration(lane: LaneConfiguration(headSize: 64, multipliers: 64)).canonicalText
            == "prefill lane headSize=64 multipliers=64 portBytes=64 maximumContext=524288 mergeElements=8 fetchBufferBeats=256"
            + " residentRows=8 bufferTileKeys=128")
    }
}
