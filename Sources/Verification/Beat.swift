import Simulation

/// The payload of one beat, field by field, and which of its bits mean something.
///
/// The same description serves both ends: of a beat that is sent, bits that mean nothing are noise; of one that is
/// expected, they are not looked at.
///
/// ```swift
/// beat.set("scores", scores, width: 17, where: occupied)
/// beat.set("row_last", 1)
/// ```
public final class Beat {
    public let layout: PayloadLayout
    private let values, meanings: UnsafeMutableBufferPointer<UInt64>
    private var valueFields: [String: PortHandle] = [:], meaningFields: [String: PortHandle] = [:]
    /// By field, the width of the elements it was last set with.
    private(set) var elementWidths: [String: Int] = [:]

    init(_ layout: PayloadLayout) {
        self.layout = layout
        values = .allocate(capacity: max(1, layout.wordCount))
        meanings = .allocate(capacity: max(1, layout.wordCount))
        clear()
        for field in layout.fields {
            valueFields[field.name] = PortHandle(field, in: values.baseAddress!)
            meaningFields[field.name] = PortHandle(field, in: meanings.baseAddress!)
        }
    }

    deinit {
        values.deallocate()
        meanings.deallocate()
    }

    func clear() {
        values.initialize(repeating: 0)
        meanings.initialize(repeating: 0)
    }

    var words: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(rebasing: values[0..<layout.wordCount]) }
    var mask: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(rebasing: meanings[0..<layout.wordCount]) }

    func load(_ words: some Collection<UInt64>) {
        for (index, word) in words.enumerated() { values[index] = word }
    }

    /// Sets a field to a number, cut to its width.
    public func set(_ field: String, _ value: Int) throws(StreamPortError) {
        try handle(field).value = value
        try meaning(field).value = -1
    }

    public func set(_ field: String, _ value: Bool) throws(StreamPortError) { try set(field, value ? 1 : 0) }

    /// Sets a field to packed elements of `width` bits, element 0 lowest; where `meaningful` is false an element means
    /// nothing.
    public func set<I: FixedWidthInteger>(
        _ field: String, _ elements: some Collection<I>, width: Int, where meaningful: [Bool]? = nil
    ) throws(StreamPortError) {
        try handle(field).set(elements, width: width)
        let all: UInt128 = width >= 128 ? .max : (1 << UInt128(width)) - 1
        try meaning(field).set(
            elements.indices.enumerated().map { index, _ in meaningful?[index] == false ? 0 : all }, width: width)
        elementWidths[field] = width
    }

    /// A field as a number, by its sign.
    public func value(_ field: String = "") throws(StreamPortError) -> Int { try handle(field).value }

    /// A field as elements of `width` bits, element 0 from the lowest bits.
    public func elements<I: FixedWidthInteger>(
        _ field: String = "", width: Int, as type: I.Type = I.self
    ) throws(StreamPortError) -> [I] {
        try handle(field).elements(width: width)
    }

    private func handle(_ field: String) throws(StreamPortError) -> PortHandle { try find(field, in: valueFields) }
    private func meaning(_ field: String) throws(StreamPortError) -> PortHandle { try find(field, in: meaningFields) }

    private func find(_ field: String, in handles: [String: PortHandle]) throws(StreamPortError) -> PortHandle {
        guard let handle = handles[field] else {
            throw StreamPortError(
                stream: layout.stream, missing: "payload field \(field)", present: layout.fields.map(\.name))
        }
        return handle
    }
}

/// Beats of one stream, one behind another.
public struct BeatSequence: Sendable {
    public let layout: PayloadLayout
    public private(set) var count = 0
    /// `layout.wordCount` words a beat.
    public private(set) var words: [UInt64] = []
    /// For each word, the bits that mean something.
    public private(set) var masks: [UInt64] = []
    /// By field, the width of its elements where it is a vector.
    private(set) var elementWidths: [String: Int] = [:]

    public init(_ layout: PayloadLayout) { self.layout = layout }

    /// One beat for each item.
    public init<Item>(
        _ items: some Sequence<Item>, _ layout: PayloadLayout, _ encode: (Item, Beat) throws -> Void
    ) throws {
        self.init(layout)
        let beat = Beat(layout)
        for item in items {
            beat.clear()
            try encode(item, beat)
            append(beat.words, mask: beat.mask)
        }
        elementWidths = beat.elementWidths
    }

    /// The masks of some beats as values.
    init(masksOf beats: BeatSequence) {
        self.init(beats.layout)
        (count, words) = (beats.count, beats.masks)
        masks = (0..<beats.count).flatMap { _ in beats.layout.bits }
    }

    mutating func append(_ beat: UnsafeBufferPointer<UInt64>, mask: UnsafeBufferPointer<UInt64>) {
        words += beat
        masks += mask
        count += 1
    }

    /// A beat of which every bit means something.
    mutating func append(_ beat: UnsafeBufferPointer<UInt64>) {
        words += beat
        masks += layout.bits
        count += 1
    }

    /// The first `count` beats.
    public func prefix(_ count: Int) -> BeatSequence { self[0..<min(count, self.count)] }

    /// All beats but the first `count`.
    public func dropFirst(_ count: Int) -> BeatSequence { self[min(count, self.count)..<self.count] }

    public subscript(_ beats: Range<Int>) -> BeatSequence {
        var result = self
        let range = beats.lowerBound * layout.wordCount..<beats.upperBound * layout.wordCount
        (result.count, result.words, result.masks) = (beats.count, Array(words[range]), Array(masks[range]))
        return result
    }

    /// Bits that are other than in `other` mean nothing.
    mutating func blank(whereOtherThan other: BeatSequence) {
        for index in words.indices where index < other.words.count { masks[index] &= ~(words[index] ^ other.words[index]) }
    }

    /// Bits that mean nothing in `known` mean nothing here.
    mutating func blank(as known: BeatSequence) {
        for index in masks.indices where index < known.masks.count { masks[index] &= known.masks[index] }
        elementWidths = known.elementWidths
    }

    /// Reads one item from each beat.
    public func map<Item>(_ decode: (Beat) throws -> Item) throws -> [Item] {
        let beat = Beat(layout)
        return try (0..<count).map { index in
            beat.load(words[index * layout.wordCount..<(index + 1) * layout.wordCount])
            return try decode(beat)
        }
    }

    /// The first difference between beat `index` and what was seen, among the bits that mean something.
    func difference(_ index: Int, _ seen: some RandomAccessCollection<UInt64>) -> BeatDifference? {
        for field in layout.fields {
            for word in field.firstWord..<field.firstWord + field.wordCount {
                let place = index * layout.wordCount + word
                let wrong = (words[place] ^ seen[seen.index(seen.startIndex, offsetBy: word)]) & masks[place]
                if wrong != 0 { return difference(index, seen, field, bit: 64 * (word - field.firstWord) + wrong.trailingZeroBitCount) }
            }
        }
        return nil
    }

    private func difference(
        _ index: Int, _ seen: some RandomAccessCollection<UInt64>, _ field: SimulatedPort, bit: Int
    ) -> BeatDifference {
        let width = elementWidths[field.name] ?? field.width
        let element = width < field.width ? bit / width : nil
        let low = (element ?? 0) * width
        func text(_ words: some RandomAccessCollection<UInt64>) -> String {
            let bits = Self.bits(Array(words), low: 64 * field.firstWord + low, width: width)
            // The port of a packed vector does not say whether its elements are signed.
            return element == nil ? number(bits, width: width, isSigned: field.isSigned) : hexadecimal(bits)
        }
        let own = words[index * layout.wordCount..<(index + 1) * layout.wordCount]
        return BeatDifference(
            port: layout.portName(field), element: element, expected: text(own), seen: text(seen))
    }

    private static func bits(_ words: [UInt64], low: Int, width: Int) -> [UInt64] {
        stride(from: 0, to: width, by: 64).map { offset in
            let position = low + offset, count = min(64, width - offset)
            var bits = words[position / 64] >> UInt64(position % 64)
            if position % 64 + count > 64 { bits |= words[position / 64 + 1] << UInt64(64 - position % 64) }
            return count == 64 ? bits : bits & ((1 << UInt64(count)) - 1)
        }
    }
}

/// Where a beat is not what it should be.
struct BeatDifference {
    let port: String
    /// Of a packed vector.
    let element: Int?
    let expected, seen: String

    var path: String { port + (element.map { "[\($0)]" } ?? "") }
}

/// Decimal up to 64 bits, hexadecimal above.
func number(_ words: [UInt64], width: Int, isSigned: Bool) -> String {
    width > 64 ? hexadecimal(words) : decimal(words[0], width: width, isSigned: isSigned)
}

func hexadecimal(_ words: [UInt64]) -> String { "0x" + hexadecimalDigits(words) }
