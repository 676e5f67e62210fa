import Simulation
import Testing
import Verification

/// The checker on pins that are moved by hand: silent on what AXI allows, and on each fault the rule that it breaks.
@Suite struct CheckerTests {
    /// Pins of both halves, 64 bits of data, ids of 2 bits.
    private final class Wires {
        static let ports = SimulatedPort.layout(
            ["ar", "aw"].flatMap { channel in
                [("id", 2), ("addr", 40), ("len", 8), ("size", 3), ("burst", 2), ("prot", 3), ("valid", 1), ("ready", 1)].map {
                    (name: "m_" + channel + $0.0, isInput: false, isSigned: false, width: $0.1)
                }
            } + [
                ("rid", 2), ("rdata", 64), ("rresp", 2), ("rlast", 1), ("rvalid", 1), ("rready", 1), ("wdata", 64), ("wstrb", 8),
                ("wlast", 1), ("wvalid", 1), ("wready", 1), ("bid", 2), ("bresp", 2), ("bvalid", 1), ("bready", 1),
            ].map { (name: "m_" + $0.0, isInput: false, isSigned: false, width: $0.1) })

        private let words: UnsafeMutablePointer<UInt64>
        private let handles: [String: PortHandle]
        let checker: AXIProtocolChecker
        /// Reads from 0x1000 on are another kind.
        let counts: AXIPinCounts
        private var cycle = 0

        init(readLimit: Int = .max, writeLimit: Int = .max) throws {
            let count = Self.ports.reduce(0) { $0 + $1.wordCount }
            let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
            words.initialize(repeating: 0, count: count)
            let handles = Dictionary(uniqueKeysWithValues: Self.ports.map { ($0.name, PortHandle($0, in: words)) })
            (self.words, self.handles) = (words, handles)
            let pins = try AXIPins("m", names: Self.ports.map(\.name)) { handles[$0] }
            checker = AXIProtocolChecker(pins, readLimit: readLimit, writeLimit: writeLimit)
            counts = AXIPinCounts(pins, kinds: 2) { $0 < 0x1000 ? 0 : 1 }
        }

        deinit { words.deallocate() }

        /// A cycle with these pins and all others 0; addresses are of whole beats and ascend.
        func step(_ pins: KeyValuePairs<String, Int> = [:]) {
            set(pins)
            checker.observe(cycle: cycle)
            counts.observe()
            cycle += 1
        }

        func reset(_ pins: KeyValuePairs<String, Int> = [:]) {
            set(pins)
            checker.observeReset(cycle: cycle)
            cycle += 1
        }

        private func set(_ pins: KeyValuePairs<String, Int>) {
            for port in Self.ports { handles[port.name]!.value = 0 }
            for (name, value) in [("arsize", 3), ("awsize", 3), ("arburst", 1), ("awburst", 1)] { handles["m_" + name]!.value = value }
            for (name, value) in pins { handles["m_" + name]!.value = value }
        }
    }

    private func broken(
        readLimit: Int = .max, writeLimit: Int = .max, _ body: (Wires) -> Void
    ) throws -> [AXIRule] {
        let wires = try Wires(readLimit: readLimit, writeLimit: writeLimit)
        body(wires)
        return wires.checker.violations.map(\.rule)
    }

    @Test("what passes is counted: beats by the kind of their burst, cycles that wait")
    func counts() throws {
        let wires = try Wires(), counts = wires.counts
        wires.step(["arvalid": 1, "araddr": 0xff0, "arlen": 1, "rready": 1])
        wires.step(["arvalid": 1, "araddr": 0xff0, "arlen": 1, "arready": 1, "rready": 1])
        wires.step(["arvalid": 1, "arready": 1, "arid": 2, "araddr": 0x1000, "arlen": 2])
        wires.step(["rvalid": 1, "rid": 2])
        for id in [2, 0, 2, 2] { wires.step(["rvalid": 1, "rid": id, "rready": 1]) }
        wires.step(["rvalid": 1, "rid": 0, "rready": 1, "rlast": 1])
        #expect(counts.readBursts == 2 && counts.readBeats == 5 && counts.beatsByKind == [2, 3])
        #expect(counts.readAddressStalls == 1 && counts.readWaits == 2)
        wires.step(["awvalid": 1, "awready": 1, "wvalid": 1])
        wires.step(["awvalid": 1, "wvalid": 1, "wready": 1, "wlast": 1])
        wires.step(["bvalid": 1])
        wires.step(["bvalid": 1, "bready": 1])
        #expect(counts.writeBursts == 1 && counts.writeBeats == 1 && counts.writeStalls == 1 && counts.answers == 1)
        counts.clear()
        #expect(counts.readBeats == 0 && counts.beatsByKind == [0, 0])
    }

    @Test func legalTrafficIsSilent() throws {
        let wires = try Wires(readLimit: 3, writeLimit: 2)
        wires.reset()
        // Reads of two ids, answered the other way round and mixed.
        wires.step(["arvalid": 1, "araddr": 0xff0, "arlen": 1, "rready": 1])
        wires.step(["arvalid": 1, "araddr": 0xff0, "arlen": 1, "arready": 1])
        wires.step(["arvalid": 1, "arready": 1, "arid": 2, "araddr": 0x1000, "arlen": 1])
        wires.step(["rvalid": 1, "rid": 2, "rdata": 5])
        wires.step(["rvalid": 1, "rid": 2, "rdata": 5, "rready": 1])
        wires.step(["rvalid": 1, "rid": 0, "rresp": 2, "rready": 1])
        wires.step(["rvalid": 1, "rid": 2, "rlast": 1, "rready": 1])
        wires.step(["rvalid": 1, "rid": 0, "rlast": 1, "rready": 1])
        // A write whose data comes first; one with an unaligned address, all in one cycle; wrapping and fixed bursts.
        wires.step(["wvalid": 1, "wready": 1, "wstrb": 255])
        wires.step(["wvalid": 1, "wready": 1, "wstrb": 1, "wlast": 1])
        wires.step(["awvalid": 1, "awready": 1, "awid": 1, "awlen": 1, "awaddr": 0x80])
        wires.step(["awvalid": 1, "awready": 1, "awaddr": 0x85, "wvalid": 1, "wready": 1, "wlast": 1, "wstrb": 0xe0, "bvalid": 1, "bid": 1])
        wires.step(["bvalid": 1, "bid": 1, "bready": 1])
        wires.step(["bvalid": 1, "bresp": 3, "bready": 1])
        wires.step(["arvalid": 1, "arready": 1, "arburst": 2, "arlen": 3, "araddr": 0xff8])
        for beat in 0..<4 { wires.step(["rvalid": 1, "rready": 1, "rlast": beat == 3 ? 1 : 0]) }
        wires.step(["awvalid": 1, "awready": 1, "awburst": 0, "awlen": 1, "awsize": 1, "awaddr": 6, "wvalid": 1, "wready": 1, "wstrb": 0xc0])
        wires.step(["wvalid": 1, "wready": 1, "wlast": 1, "wstrb": 0x40])
        wires.step(["bvalid": 1, "bready": 1])
        #expect(wires.checker.violations == [])
        #expect(wires.checker.isIdle)
        #expect((wires.checker.readBursts, wires.checker.writeBursts, wires.checker.mostReads, wires.checker.mostWrites) == (3, 3, 2, 2))
    }

    @Test func channels() throws {
        #expect(try broken { $0.reset(["awvalid": 1, "rvalid": 1]) } == [.validInReset, .validInReset])
        for channel in ["ar", "aw"] {
            #expect(try broken {
                $0.step([channel + "valid": 1])
                $0.step()
            } == [.validKept])
            for pin in ["id", "addr", "len", "prot"] {
                #expect(try broken {
                    $0.step([channel + "valid": 1])
                    $0.step([channel + "valid": 1, channel + "ready": 1, channel + pin: 1])
                } == [.payloadKept], "\(channel)\(pin)")
            }
        }
        for pin in ["wdata", "wstrb", "wlast"] {
            #expect(try broken {
                $0.step(["wvalid": 1])
                $0.step(["wvalid": 1, pin: 1])
            } == [.payloadKept], "\(pin)")
        }
        #expect(try broken {
            $0.step(["wvalid": 1])
            $0.step(["wready": 1])
        } == [.validKept])
        func read(_ first: KeyValuePairs<String, Int>, _ second: KeyValuePairs<String, Int>) throws -> [AXIRule] {
            try broken {
                $0.step(["arvalid": 1, "arready": 1, "arlen": 3])
                $0.step(["arvalid": 1, "arready": 1, "arlen": 3, "arid": 1])
                $0.step(first)
                $0.step(second)
            }
        }
        #expect(try read(["rvalid": 1], ["rready": 1]) == [.validKept])
        #expect(try read(["rvalid": 1], ["rvalid": 1, "rdata": 1]) == [.payloadKept])
        #expect(try read(["rvalid": 1], ["rvalid": 1, "rresp": 2]) == [.payloadKept])
        #expect(try read(["rvalid": 1], ["rvalid": 1, "rid": 1]) == [.payloadKept])
        #expect(try read(["rvalid": 1, "rresp": 1, "rready": 1], [:]) == [.exclusive])
    }

    @Test func addresses() throws {
        for channel in ["ar", "aw"] {
            func burst(_ pins: [(String, Int)]) throws -> [AXIRule] {
                let wires = try Wires()
                let named = Dictionary(uniqueKeysWithValues: pins)
                wires.step([channel + "valid": 1, channel + "ready": 1, channel + "addr": named["addr"] ?? 0, channel + "len": named["len"] ?? 0,
                            channel + "size": named["size"] ?? 3, channel + "burst": named["burst"] ?? 1])
                return wires.checker.violations.map(\.rule)
            }
            #expect(try burst([("addr", 0xff8), ("len", 1)]) == [.page])
            #expect(try burst([("addr", 0xff8)]) == [])
            #expect(try burst([("addr", 0x801), ("len", 255)]) == [])
            #expect(try burst([("addr", 0x808), ("len", 255)]) == [.page])
            #expect(try burst([("size", 4)]) == [.beatSize])
            #expect(try burst([("burst", 3)]) == [.burstKind])
            #expect(try burst([("burst", 0), ("len", 16)]) == [.fixedLength])
            #expect(try burst([("burst", 2), ("len", 2)]) == [.wrapping])
            #expect(try burst([("burst", 2), ("len", 3), ("addr", 4)]) == [.wrapping])
        }
    }

    @Test func readOrder() throws {
        #expect(try broken { $0.step(["rvalid": 1, "rready": 1]) } == [.readData])
        // In the cycle of its address it is too early.
        #expect(try broken { $0.step(["arvalid": 1, "arready": 1, "rvalid": 1, "rlast": 1, "rready": 1]) } == [.readData])
        #expect(try broken {
            $0.step(["arvalid": 1, "arready": 1])
            $0.step(["rvalid": 1, "rready": 1, "rid": 1, "rlast": 1])
        } == [.readData])
        for last in [[1, 0], [0, 0], [1, 1]] {
            #expect(try broken {
                $0.step(["arvalid": 1, "arready": 1, "arlen": 1])
                for last in last { $0.step(["rvalid": 1, "rready": 1, "rlast": last]) }
            } == (last == [1, 0] ? [.readLast, .readLast] : [.readLast]))
        }
        #expect(try broken(readLimit: 1) {
            for _ in 0..<2 { $0.step(["arvalid": 1, "arready": 1]) }
        } == [.readLimit])
    }

    @Test func writeOrder() throws {
        let address: KeyValuePairs = ["awvalid": 1, "awready": 1, "awlen": 1]
        #expect(try broken { $0.step(["bvalid": 1, "bready": 1]) } == [.writeResponse])
        #expect(try broken {
            $0.step(address)
            $0.step(["wvalid": 1, "wready": 1])
            // With its last beat, and even before its address, an answer is too early.
            $0.step(["wvalid": 1, "wready": 1, "wlast": 1, "bvalid": 1, "bready": 1])
        } == [.writeResponse])
        #expect(try broken {
            $0.step(["wvalid": 1, "wready": 1, "wlast": 1])
            $0.step(["bvalid": 1, "bready": 1])
        } == [.writeResponse])
        #expect(try broken {
            $0.step(address)
            $0.step(["wvalid": 1, "wready": 1])
            $0.step(["wvalid": 1, "wready": 1, "wlast": 1])
            $0.step(["bvalid": 1, "bready": 1, "bid": 1])
        } == [.writeResponse])
        #expect(try broken {
            $0.step(address)
            $0.step(["wvalid": 1, "wready": 1, "wlast": 1])
        } == [.writeLast])
        #expect(try broken {
            $0.step(address)
            for _ in 0..<2 { $0.step(["wvalid": 1, "wready": 1]) }
        } == [.writeLast])
        // Data first: known once the address comes.
        #expect(try broken {
            $0.step(["wvalid": 1, "wready": 1, "wlast": 1])
            $0.step(address)
        } == [.writeLast])
        #expect(try broken {
            $0.step(["awvalid": 1, "awready": 1, "awaddr": 3])
            $0.step(["wvalid": 1, "wready": 1, "wlast": 1, "wstrb": 0xfc])
        } == [.strobes])
        #expect(try broken(writeLimit: 1) {
            for _ in 0..<2 { $0.step(["awvalid": 1, "awready": 1]) }
        } == [.writeLimit])
    }

    @Test func missingPins() throws {
        let error = #expect(throws: StreamPortError.self) {
            try AXIPins("m", names: []) { name in
                name == "m_rready" ? nil : Wires.ports.first { $0.name == name }.map { PortHandle($0, in: .allocate(capacity: 1)) }
            }
        }
        #expect(error?.missing == "m_rready")
    }
}
