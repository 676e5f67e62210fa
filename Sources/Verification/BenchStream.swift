import Simulation

/// One stream in the Verilog of a bench: its signals, what drives or checks it.
struct BenchStream {
    let pins: StreamPins
    /// Beats given, or expected.
    let count: Int
    private let bench: String
    /// The stream whose beats a source's beats wait for.
    private let gate: String?
    private let isUnordered: Bool
    private let index: Int

    init(bench: String, source: StreamScenario.Source, index: Int) {
        (self.bench, pins, count, gate, self.index) = (bench, source.pins, source.beats.count, source.gate?.stream, index)
        isUnordered = false
    }

    init(bench: String, sink: StreamScenario.Sink, index: Int) {
        (self.bench, pins, count, gate, self.index) = (bench, sink.pins, sink.expected?.count ?? 0, nil, index)
        isUnordered = sink.isUnordered
    }

    var isOutput: Bool { pins.isOutput }
    var name: String { pins.name }
    /// Distinguishes the bench's own names from the unit's ports.
    var prefix: String { "s_" + name }
    var fires: String { pins.ready == nil ? "\(prefix)_valid" : "\(prefix)_valid && \(prefix)_ready" }
    var finished: String { "\(prefix)_passed == \(count)" }

    private func digits(_ field: SimulatedPort) -> Int { (field.width + 3) / 4 }
    /// Of a beat, each field from a digit of its own.
    private var width: Int { max(1, pins.payload.fields.reduce(0) { $0 + 4 * digits($1) }) }
    private var hasPayload: Bool { !pins.payload.fields.isEmpty }
    /// Of a line of the file.
    private var lineWidth: Int { isOutput ? 2 * width : (hasPayload ? width : 4) + (gate == nil ? 0 : 32) }

    /// The lowest bit of each field in a beat; the first field lies highest.
    private var places: [(field: SimulatedPort, low: Int)] {
        var low = 0
        return pins.payload.fields.reversed().map { field in
            defer { low += 4 * digits(field) }
            return (field, low)
        }.reversed()
    }

    /// Bits of a beat that are no field's.
    private var padding: String {
        let fields = places.map { place in
            let pad = 4 * digits(place.field) - place.field.width
            return (pad > 0 ? "\(pad)'d0, " : "") + fieldName(place.field)
        }
        return "{" + fields.joined(separator: ", ") + "}"
    }

    private func fieldName(_ field: SimulatedPort) -> String { prefix + "_" + (field.name.isEmpty ? "payload" : field.name) }

    private func range(_ width: Int) -> String { width == 1 ? "" : "[\(width - 1):0] " }

    var connections: [String] {
        let own = pins.ready.map { [".\($0.name)(\(prefix)_ready)"] } ?? []
        return [".\(pins.valid.name)(\(prefix)_valid)"] + own + places.map { place in
            let port = pins.payload.portName(place.field)
            return ".\(port)(" + (isOutput ? fieldName(place.field)
                : place.field.width == 1 ? "\(prefix)_beat[\(place.low)]"
                : "\(prefix)_beat[\(place.low + place.field.width - 1):\(place.low)]") + ")"
        }
    }

    var declarations: String {
        var lines = ["    // \(name): \(count) beats \(isOutput ? "expected" : "given")."]
        let (driven, given) = isOutput ? ("reg", "wire") : ("wire", "reg")
        lines.append("    \(given) \(prefix)_valid;")
        if pins.ready != nil { lines.append("    \(driven) \(prefix)_ready;") }
        if isOutput {
            lines += places.map { "    wire \(range($0.field.width))\(fieldName($0.field));" }
        } else if hasPayload {
            // Fields begin at whole digits.
            lines.append("    /* verilator lint_off UNUSEDSIGNAL */")
            lines.append("    reg \(range(width))\(prefix)_beat;")
            lines.append("    /* verilator lint_on UNUSEDSIGNAL */")
        }
        lines.append("    integer \(prefix)_passed;")
        lines.append("    reg \(prefix)_failed;")
        return lines.map { $0 + "\n" }.joined()
    }

    /// Six bits of the noise that no neighbour shares.
    private var pauses: String {
        let low = index * 5 % 26
        return "{26'd0, noise[\(low + 5):\(low)]} < stalls"
    }

    var behaviour: String {
        guard isUnordered else { return isOutput ? sink : source }
        // The search for a beat among the lines takes no time.
        return "    /* verilator lint_off BLKSEQ */\n\(sink)    /* verilator lint_on BLKSEQ */\n"
    }

    private var source: String {
        let free = pins.ready == nil ? "1'b1" : "!\(prefix)_valid || \(prefix)_ready"
        let line = "\(prefix)_lines[\(prefix)_next]"
        let open = gate.map { " && s_\($0)_passed >= \(line)[31:0]" } ?? ""
        let low = gate == nil ? 0 : 32
        let load = hasPayload ? "\n                    \(prefix)_beat <= \(line)[\(low + width - 1):\(low)];" : ""
        let unknown = hasPayload ? "\n                    \(prefix)_beat <= {\(width){1'bx}};" : ""
        let ready = pins.ready.map { port in
            """

                        if (\(prefix)_ready !== 1'b0 && \(prefix)_ready !== 1'b1) begin
                            $display("cycle %0d: \(port.name) is unknown", cycle);
                            \(prefix)_failed <= 1'b1;
                        end
            """
        } ?? ""
        return """
                reg [\(lineWidth - 1):0] \(prefix)_lines [0:\(max(0, count - 1))];
                integer \(prefix)_next;
                initial $readmemh("\(bench)_\(name).hex", \(prefix)_lines);
                wire \(prefix)_pauses = \(pauses);
                always @(posedge clock)
                    if (reset) begin
                        \(prefix)_next <= 0;
                        \(prefix)_passed <= 0;
                        \(prefix)_failed <= 1'b0;
                        \(prefix)_valid <= 1'b0;
                    end else begin
                        if (\(fires)) \(prefix)_passed <= \(prefix)_passed + 1;\(ready)
                        if (\(free)) begin
                            if (\(prefix)_next < \(count) && !\(prefix)_pauses\(open)) begin
                                \(prefix)_valid <= 1'b1;\(load)
                                \(prefix)_next <= \(prefix)_next + 1;
                            end else begin
                                \(prefix)_valid <= 1'b0;\(unknown)
                            end
                        end
                    end

            """
    }

    private var sink: String {
        let wrong = isUnordered ? unorderedCheck : orderedCheck
        let readyReset = pins.ready == nil ? "" : "\n            \(prefix)_ready <= 1'b0;"
        let readyNext = pins.ready == nil ? "" : "\n            \(prefix)_ready <= !(\(pauses));"
        let line = isUnordered ? "" : "    wire [\(lineWidth - 1):0] \(prefix)_line = \(prefix)_lines[\(prefix)_passed];\n"
        let waits = pins.ready == nil ? "1'b0" : "\(prefix)_valid && !\(prefix)_ready"
        return """
                reg [\(lineWidth - 1):0] \(prefix)_lines [0:\(max(0, count - 1))];
                initial $readmemh("\(bench)_\(name).hex", \(prefix)_lines);
                wire [\(width - 1):0] \(prefix)_beat = \(hasPayload ? padding : "1'b0");
            \(line)\
                reg \(prefix)_waits;
                reg [\(width - 1):0] \(prefix)_waiting;\(isUnordered ? "\n    reg [\(max(0, count - 1)):0] \(prefix)_used;\n    integer \(prefix)_place;" : "")
                always @(posedge clock)
                    if (reset) begin
                        \(prefix)_passed <= 0;
                        \(prefix)_failed <= 1'b0;
                        \(prefix)_waits <= 1'b0;\(readyReset)\(isUnordered ? "\n            \(prefix)_used = {\(max(1, count)){1'b0}};" : "")
                    end else begin\(readyNext)
                        \(prefix)_waits <= \(waits);
                        \(prefix)_waiting <= \(prefix)_beat;
                        if (\(prefix)_valid !== 1'b0 && \(prefix)_valid !== 1'b1) begin
                            $display("cycle %0d: \(pins.valid.name) is unknown", cycle);
                            \(prefix)_failed <= 1'b1;
                        end else if (\(prefix)_waits && (!\(prefix)_valid || \(prefix)_beat !== \(prefix)_waiting)) begin
                            $display("cycle %0d: \(name) changed beat %0d before it was taken", cycle, \(prefix)_passed);
                            \(prefix)_failed <= 1'b1;
                        end else if (\(fires)) begin
                            \(prefix)_passed <= \(prefix)_passed + 1;
                            if (\(prefix)_passed == \(count)) begin
                                $display("cycle %0d: \(name) offers a beat beyond the %0d expected", cycle, \(count));
                                \(prefix)_failed <= 1'b1;
            \(wrong)
                            end
                        end
                    end

            """
    }

    private var orderedCheck: String {
        """
                            end else if (((\(prefix)_beat ^ \(prefix)_line[\(2 * width - 1):\(width)]) & \(prefix)_line[\(width - 1):0]) !== \(width)'d0) begin
                                $display("MISMATCH \(name) beat %0d cycle %0d: expected %h, got %h, where %h counts",
                                    \(prefix)_passed, cycle, \(prefix)_line[\(2 * width - 1):\(width)], \(prefix)_beat, \(prefix)_line[\(width - 1):0]);
                                \(prefix)_failed <= 1'b1;
        """
    }

    /// Some line not yet used must be the beat.
    private var unorderedCheck: String {
        """
                            end else begin
                                \(prefix)_place = 0;
                                while (\(prefix)_place < \(count) && (\(prefix)_used[\(prefix)_place]
                                        || (((\(prefix)_beat ^ \(prefix)_lines[\(prefix)_place][\(2 * width - 1):\(width)]) & \(prefix)_lines[\(prefix)_place][\(width - 1):0]) !== \(width)'d0)))
                                    \(prefix)_place = \(prefix)_place + 1;
                                if (\(prefix)_place == \(count)) begin
                                    $display("MISMATCH \(name) beat %0d cycle %0d: %h is not among what is expected and has not come",
                                        \(prefix)_passed, cycle, \(prefix)_beat);
                                    \(prefix)_failed <= 1'b1;
                                end else begin
                                    \(prefix)_used[\(prefix)_place] = 1'b1;
                                end
        """
    }
}
