import Configuration
import FixedPoint
import GoldenModel
import PerformanceModel

/// FlashDecoding's time over LeanAttention's as the number of outputs passes that of the lanes: by the closed forms, and by the
/// cycle model from the golden schedules.
public struct SignatureSweep: Sendable {
    public struct Point: Sendable {
        public let outputs: Int
        public let formula, model: Double
    }

    public let lanes, tiles: Int
    public let points: [Point]

    /// The sweep that the plot shows: 108 lanes, 64 K keys in tiles of 256.
    public static let committedOutputs = 86...217

    /// - Parameter tiles: of each output, 256 keys each.
    public init(lanes: Int = 108, tiles: Int = 256, outputs: ClosedRange<Int> = committedOutputs) throws {
        self.lanes = lanes
        self.tiles = tiles
        let settings = RowSettings(tileKeys: 256, keyFormat: try KeyFormat("8+4"), valueFormat: try ValueFormat(bits: 12))
        let configuration = PrefillConfiguration(
            lane: LaneConfiguration(headSize: 64, multipliers: 64), bufferTileKeys: 256)
        func cycles(_ request: ScheduleRequest) throws -> Int {
            try LaunchModel(StreamKScheduler(request), configuration, rows: 1, settings: settings).cycles(sequences: 1)
        }
        points = try outputs.map { outputs in
            let forms = UniformForms(outputs: outputs, tiles: tiles, lanes: lanes)
            var request = ScheduleRequest(contexts: [256 * tiles], heads: outputs, lanes: lanes, tileKeys: 256)
            let streamK = try cycles(request)
            request.policy = .fixedSplit
            request.splits = SchedulePolicy.flashDecodingSplits(outputs: outputs, lanes: lanes, tiles: tiles)
            return Point(
                outputs: outputs, formula: Double(forms.flashDecoding) / Double(forms.streamK),
                model: Double(try cycles(request)) / Double(streamK))
        }
    }
}

extension LaunchModel {
    /// The work of a golden schedule.
    public init(_ schedule: StreamKScheduler, _ configuration: PrefillConfiguration, rows: Int, settings: RowSettings) {
        self.init(configuration: configuration, lanes: schedule.request.lanes)
        for lane in schedule.ranges.indices {
            for segment in schedule.segments(lane: lane) {
                addSegment(lane: lane, keys: segment.keys, opens: segment.opens, rows: rows, settings: settings)
            }
        }
    }
}

extension SignatureSweep {
    private static let width = 760, height = 400, left = 60, right = 20, top = 50, bottom = 50

    /// The plot: the formula as a line, the model as dots.
    public var svg: String {
        let first = points.first?.outputs ?? 0, last = points.last?.outputs ?? 1
        let end = Self.width - Self.right
        func x(_ outputs: Int) -> String {
            number(Double(Self.left) + Double(end - Self.left) * Double(outputs - first) / Double(max(1, last - first)))
        }
        // 0.9 to 2.1.
        func y(_ ratio: Double) -> String {
            number(Double(Self.height - Self.bottom) - Double(Self.height - Self.top - Self.bottom) * (ratio - 0.9) / 1.2)
        }
        func label(_ text: String, x: String, y: String, anchor: String = "middle") -> String {
            "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(text)</text>\n"
        }
        var body = ""
        for step in 0...5 {
            let ratio = 1 + 0.2 * Double(step)
            body += "<line x1=\"\(Self.left)\" y1=\"\(y(ratio))\" x2=\"\(end)\" y2=\"\(y(ratio))\" stroke=\"#ddd\"/>\n"
            body += label(number(ratio), x: "\(Self.left - 8)", y: number(Double(y(ratio))! + 4), anchor: "end")
        }
        let base = Self.height - Self.bottom
        for outputs in points.map(\.outputs) where outputs % 12 == 0 {
            body += "<line x1=\"\(x(outputs))\" y1=\"\(base)\" x2=\"\(x(outputs))\" y2=\"\(base + 5)\" stroke=\"#333\"/>\n"
            body += label("\(outputs)", x: x(outputs), y: "\(base + 18)")
        }
        body += "<line x1=\"\(Self.left)\" y1=\"\(base)\" x2=\"\(end)\" y2=\"\(base)\" stroke=\"#333\"/>\n"
        body += "<polyline fill=\"none\" stroke=\"#c33\" stroke-width=\"1.5\" points=\""
            + points.map { "\(x($0.outputs)),\(y($0.formula))" }.joined(separator: " ") + "\"/>\n"
        for point in points {
            body += "<circle cx=\"\(x(point.outputs))\" cy=\"\(y(point.model))\" r=\"2\" fill=\"#226\"/>\n"
        }
        body += label(
            "Time of a fixed split over that of stream-K, \(lanes) lanes, \(tiles) tiles an output", x: "\(Self.width / 2)", y: "24")
        body += label("outputs (heads x sequences)", x: "\(Self.width / 2)", y: "\(Self.height - 8)")
        body += label("line: closed forms; dots: cycle model", x: "\(end)", y: "\(Self.top)", anchor: "end")
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(Self.height)" \
            font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            \(body)</svg>

            """
    }

    /// One decimal, by whole numbers: the same text everywhere.
    private func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

}
