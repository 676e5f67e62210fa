import Configuration
import Cosimulation
import FixedPoint

/// A program as the files that `$readmemh` reads; `//` begins a comment there.
struct LaneVectorFiles {
    let files: [VerilogSource]
    /// Lines of `memory.hex`.
    let memoryBeats: Int

    init(ports: LanePorts, lane: LaneConfiguration, program: LaneProgram, expected: [[Int16]], notes: [String]) {
        func text(_ heading: String, _ row: (Int) -> [String], rows: Int = program.jobs.count) -> String {
            var lines = ["// \(heading)"]
            for index in 0..<rows {
                if !notes.isEmpty { lines.append("// \(notes[index])") }
                lines += row(index)
            }
            return lines.map { $0 + "\n" }.joined()
        }
        let jobs = text("\(ports.jobFields.map(\.name).joined(separator: ", "))", { row in
            [ports.jobFields.map { hexadecimal($0.value(program.jobs[row]), digits: $0.digits) }.joined(separator: "_")]
        })
        let queries = text("a row's \(lane.headSize) elements of \(NumericFormats.queryBits) bits, element 0 last", { row in
            [program.jobs[row].query.reversed().map { hexadecimal(Int($0), digits: NumericFormats.queryBits / 4) }.joined()]
        })
        let outputs = text("a row's \(lane.headSize) elements of \(NumericFormats.outputBits) bits, element 0 first", { row in
            stride(from: 0, to: lane.headSize, by: 16).map { first in
                expected[row][first..<first + 16].map { hexadecimal(Int($0), digits: NumericFormats.outputBits / 4) }
                    .joined(separator: " ")
            }
        }, rows: expected.count)

        let beats = max(1, (program.memory.count + lane.portBytes - 1) / lane.portBytes)
        memoryBeats = beats
        files = [
            VerilogSource(name: "jobs.hex", text: jobs),
            VerilogSource(name: "queries.hex", text: queries),
            VerilogSource(name: "memory.hex", text: memoryImage(program.memory, beats: beats, beatBytes: lane.portBytes)),
        ] + (expected.isEmpty ? [] : [VerilogSource(name: "expected.hex", text: outputs)])
    }
}

private let hexadecimalDigits = Array("0123456789abcdef".utf8)

/// The lowest `4 * digits` bits.
private func hexadecimal(_ value: Int, digits: Int) -> String {
    String(unsafeUninitializedCapacity: digits) { text in
        for digit in 0..<digits { text[digits - 1 - digit] = hexadecimalDigits[value >> (4 * digit) & 15] }
        return digits
    }
}

/// A line for each beat, its byte of the highest address first; beyond the image zeros.
private func memoryImage(_ image: [UInt8], beats: Int, beatBytes: Int) -> String {
    let heading = "// \(beats) beats of \(beatBytes) bytes, byte 0 last\n"
    let body = String(unsafeUninitializedCapacity: beats * (2 * beatBytes + 1)) { text in
        var position = 0
        for beat in 0..<beats {
            for byte in (beat * beatBytes..<(beat + 1) * beatBytes).reversed() {
                let value = Int(byte < image.count ? image[byte] : 0)
                text[position] = hexadecimalDigits[value >> 4]
                text[position + 1] = hexadecimalDigits[value & 15]
                position += 2
            }
            text[position] = UInt8(ascii: "\n")
            position += 1
        }
        return position
    }
    return heading + body
}
