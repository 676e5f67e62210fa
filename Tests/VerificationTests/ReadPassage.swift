import RTL
import Simulation
import Verification

/// A module that only passes on: commands become requests, responses become outputs. What a scenario with a memory sees of
/// it is the memory alone.
struct ReadPassage: Module {
    struct Request: Bundle {
        let address, beats, tag: Unsigned

        static var shape: Shape<Request> {
            Shape { Request(address: $0.make(.unsigned(32)), beats: $0.make(.unsigned(4)), tag: $0.make(.unsigned(2))) }
        }
    }

    struct Response: Bundle {
        let data, tag: Unsigned
        let error: Bit

        static func shape(_ bits: Int) -> Shape<Response> {
            Shape { Response(data: $0.make(.unsigned(bits)), tag: $0.make(.unsigned(2)), error: $0.make(.bit)) }
        }
    }

    struct Ports {
        let command, request: Stream<Request>
        let response, output: Stream<Response>
    }

    let bytes: Int
    /// Takes responses whether or not the output is ready: loses them.
    var losesBeats = false

    var suffix: String { "b\(bytes)\(losesBeats ? "_loses" : "")" }

    func ports(_ io: Interface) -> Ports {
        Ports(command: io.sink(Request.shape), request: io.source(Request.shape), response: io.sink(Response.shape(8 * bytes)),
              output: io.source(Response.shape(8 * bytes)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        c.connect(io.command, to: io.request)
        c.drive(io.output.valid, io.response.valid)
        c.drive(io.output.payload, io.response.payload)
        c.drive(io.response.ready, losesBeats ? c.constant(1, .bit) : io.output.ready)
    }
}

/// As `ReadPassage`, with nothing but an address and data.
struct BarePassage: Module {
    struct Ports {
        let command, request, response, output: Stream<Unsigned>
    }

    let bytes: Int
    var suffix: String { "b\(bytes)" }

    func ports(_ io: Interface) -> Ports {
        Ports(command: io.sink(.unsigned(32)), request: io.source(.unsigned(32)), response: io.sink(.unsigned(8 * bytes)),
              output: io.source(.unsigned(8 * bytes)))
    }

    func body(_ c: Circuit, _ io: Ports) {
        c.connect(io.command, to: io.request)
        c.connect(io.response, to: io.output)
    }
}

/// What a memory is asked.
struct Read {
    var address: Int
    var beats = 1
    var tag = 0
}

/// Reads of an image that holds other bytes everywhere, through a `ReadPassage`.
struct PassageCheck {
    let design: Design
    var scenario: StreamScenario
    let image: [UInt8]
    let bytes: Int

    /// - Parameter ordered: Every beat must come, in the order of the requests; else they are only taken.
    init(
        _ reads: [Read], bytes: Int, timing: MemoryTiming, faults: [MemoryFault] = [], imageBytes: Int = 1 << 16,
        ordered: Bool = true, losesBeats: Bool = false
    ) throws {
        design = try Design(ReadPassage(bytes: bytes, losesBeats: losesBeats))
        self.bytes = bytes
        image = (0..<imageBytes).map { UInt8(truncatingIfNeeded: ($0 &* 0x9e37_79b1) >> 11 ^ $0) }
        scenario = StreamScenario(design)
        try scenario.send(reads, to: "command") { read, beat in
            try beat.set("address", read.address)
            try beat.set("beats", read.beats - 1)
            try beat.set("tag", read.tag)
        }
        let beats = reads.flatMap { read in (0..<read.beats).map { Read(address: read.address + bytes * $0, tag: read.tag) } }
        if ordered {
            let image = image
            try scenario.expect(beats, from: "output") { read, beat in
                try beat.set("data", Array(image[read.address..<read.address + bytes]), width: 8)
                try beat.set("tag", read.tag)
                try beat.set("error", 0)
            }
        } else {
            try scenario.collect(beats.count, from: "output")
        }
        try scenario.serve(image, request: "request", response: "response", timing: timing, faults: faults)
    }

    func run(_ timing: StreamTiming = .steady, patience: Int = 200) throws -> StreamRun {
        var check = StreamCheck(design, scenario)
        check.waveDirectory = nil
        check.patience = patience
        return try check.run(timing)
    }

    /// The cycles in which the beats come.
    func cycles() throws -> [Int] { try run()["output"].cycles }
}
