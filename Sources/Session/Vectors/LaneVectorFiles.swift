import Configuration
import Cosimulation
import FixedPoint

/// A program as the files that `$readmemh` reads; `//` begins a comment there.
struct LaneVectorFiles {
    let files: [VerilogSource]
    /// Lines of `memory.hex`.
    let memoryBeats: Int

    init(ports: LanePorts, lane: LaneConfiguration, program: LaneProgram, expected: [[Int16]]) {
        let jobs = text("a row a line: \(ports.jobFields.map(\.name).joined(separator: ", "))", program.jobs.map { job in
            let settings = job.settings
            let bits = "\(job.keyCount) keys of \(settings.keyFormat) bits, values of \(settings.valueFormat) bits"
            return (note: "\(bits), tiles of \(settings.tileKeys)", lines: [
                ports.jobFields.map { hexadecimal($0.value(job), digits: $0.digits) }.joined(separator: "_")
            ])
        })
        let rowOf = "\(lane.headSize) elements of"
        let queries = text("\(rowOf) \(NumericFormats.queryBits) bits a row, element 0 last", program.jobs.map { job in
            (note: nil, lines: [
                job.query.reversed().map { hexadecimal(Int($0), digits: NumericFormats.queryBits / 4) }.joined()
            ])
        })
        let outputs = text("\(rowOf) \(NumericFormats.outputBits) bits a row, element 0 first", expected.map { outputs in
            (note: nil, lines: stride(from: 0, to: lane.headSize, by: 16).map { first in
                outputs[first..<first + 16].map { hexadecimal(Int($0), digits: NumericFormats.outputBits / 4) }
                    .joined(separator: " ")
            })
        })

        let beats = max(1, (program.memory.count + lane.portBytes - 1) / lane.portBytes)
        memoryBeats = beats
        files = [
            VerilogSource(name: "jobs.hex", text: jobs),
            VerilogSource(name: "queries.hex", text: queries),
            VerilogSource(name: "memory.hex", text: memoryImage(program.memory, beats: beats, beatBytes: lane.portBytes)),
        ] + (expected.isEmpty ? [] : [VerilogSource(name: "expected.hex", text: outputs)])
    }
}

/// The lines of every row under a comment that says which it is.
private func text(_ heading: String, _ rows: [(note: String?, lines: [String])]) -> String {
    var lines = ["// \(heading)"]
    for (index, row) in rows.enumerated() {
        lines.append("// row \(index)" + (row.note.map { ": " + $0 } ?? ""))
        lines += row.lines
    }
    return lines.map { $0 + "\n" }.joined()
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
