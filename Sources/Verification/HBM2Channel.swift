/// One pseudo-channel: its banks, and the controller that sends them one row command and one column command a clock.
package struct HBM2Channel {
    /// A read in the controller's queue.
    package struct Access {
        /// Whose it is.
        package let owner: Int
        package let bank, group, row: Int
        private(set) var closed = false, opened = false

        package init(owner: Int, bank: Int, group: Int, row: Int) {
            (self.owner, self.bank, self.group, self.row) = (owner, bank, group, row)
        }

        mutating func noteClose() { closed = true }
        mutating func noteOpen() { opened = true }
    }

    /// What is sent to the banks.
    package struct Command: Hashable {
        package enum Kind { case activate, precharge, read, prechargeAll, refresh }

        package let kind: Kind
        package let clock: Int
        /// Over all groups; of `prechargeAll` and `refresh`: 0.
        package var bank = 0
        package var row = 0
    }

    private struct Bank {
        /// Negative: closed.
        var row = -1
        /// First clock in which each is allowed.
        var activate = 0, precharge = 0, read = 0
        /// Reads of the open row that passed an older one.
        var passed = 0
    }

    private let timing: HBM2Timing
    /// Of other rows in a bank, how many reads may pass an older one; nil: first come, first served.
    private let cap: Int?
    private var banks: [Bank]
    private var groupActivate, groupRead: [Int]
    private var activate = 0, read = 0
    /// The last four activations, the oldest at `oldest`.
    private var activations = [Int](repeating: Int.min / 2, count: 4), oldest = 0
    private var nextRefresh: Int
    private var queue: [Access] = []
    package private(set) var counts = HBM2Counts()
    /// Takes every command.
    package var trace: ((Command) -> Void)?

    /// - Parameter start: the first clock; the first refresh is due `tREFI` later.
    package init(_ timing: HBM2Timing, start: Int) {
        self.timing = timing
        cap = if case .firstReady(let cap) = timing.scheduling { cap } else { nil }
        banks = Array(repeating: Bank(), count: timing.bankGroups * timing.banksPerGroup)
        groupActivate = Array(repeating: 0, count: timing.bankGroups)
        groupRead = groupActivate
        nextRefresh = timing.tREFI.map { start + $0 } ?? .max
        queue.reserveCapacity(timing.queueDepth)
    }

    package var hasRoom: Bool { queue.count < timing.queueDepth }

    package mutating func append(_ access: Access) { queue.append(access) }

    /// One clock. Returns the read that was sent, whose data are complete `tCL` and a burst later.
    package mutating func tick(_ clock: Int) -> Access? {
        if clock >= nextRefresh {
            refresh(clock)
            return nil
        }
        if queue.isEmpty { return nil }
        var hits: UInt64 = 0
        for access in queue where banks[access.bank].row == access.row { hits |= 1 << UInt64(access.bank) }
        var seen: UInt64 = 0, chosen: Int?, passes = false, rowCommandSent = false
        for index in queue.indices {
            let access = queue[index], bit: UInt64 = 1 << UInt64(access.bank), isOldest = seen & bit == 0
            seen |= bit
            if banks[access.bank].row == access.row {
                if chosen == nil, isOldest || banks[access.bank].passed < cap ?? 0, canRead(access, clock) {
                    chosen = index
                    passes = !isOldest
                }
            } else if isOldest, !rowCommandSent {
                rowCommandSent = open(index, clock, mayClose: hits & bit == 0 || banks[access.bank].passed >= cap ?? 0)
            }
            if cap == nil || chosen != nil && rowCommandSent { break }
        }
        guard let chosen else { return nil }
        return send(chosen, clock, passes: passes)
    }

    private func canRead(_ access: Access, _ clock: Int) -> Bool {
        clock >= read && clock >= groupRead[access.group] && clock >= banks[access.bank].read
    }

    private mutating func send(_ index: Int, _ clock: Int, passes: Bool) -> Access {
        let access = queue.remove(at: index)
        read = clock + timing.tCCDS
        groupRead[access.group] = clock + timing.tCCDL
        banks[access.bank].precharge = max(banks[access.bank].precharge, clock + timing.tRTP)
        if passes { banks[access.bank].passed += 1 }
        if access.closed { counts.rowConflicts += 1 } else if access.opened { counts.rowMisses += 1 } else { counts.rowHits += 1 }
        trace?(Command(kind: .read, clock: clock, bank: access.bank, row: access.row))
        return access
    }

    /// Sends the row command that brings a read nearer, if it is allowed.
    private mutating func open(_ index: Int, _ clock: Int, mayClose: Bool) -> Bool {
        let access = queue[index], bank = banks[access.bank]
        if bank.row >= 0 {
            guard mayClose, clock >= bank.precharge else { return false }
            banks[access.bank].row = -1
            banks[access.bank].activate = max(bank.activate, clock + timing.tRP)
            queue[index].noteClose()
            trace?(Command(kind: .precharge, clock: clock, bank: access.bank, row: bank.row))
        } else {
            guard clock >= bank.activate, clock >= activate, clock >= groupActivate[access.group],
                  clock >= activations[oldest] + timing.tFAW
            else { return false }
            banks[access.bank] = Bank(
                row: access.row, activate: clock + timing.tRC, precharge: clock + timing.tRAS, read: clock + timing.tRCD)
            activate = clock + timing.tRRDS
            groupActivate[access.group] = clock + timing.tRRDL
            activations[oldest] = clock
            oldest = (oldest + 1) % activations.count
            queue[index].noteOpen()
            trace?(Command(kind: .activate, clock: clock, bank: access.bank, row: access.row))
        }
        return true
    }

    /// A refresh is due: closes all banks, waits until they are, refreshes.
    private mutating func refresh(_ clock: Int) {
        if banks.contains(where: { $0.row >= 0 }) {
            guard banks.allSatisfy({ $0.row < 0 || clock >= $0.precharge }) else { return }
            for index in banks.indices where banks[index].row >= 0 {
                banks[index].row = -1
                banks[index].activate = max(banks[index].activate, clock + timing.tRP)
            }
            trace?(Command(kind: .prechargeAll, clock: clock))
        } else if banks.allSatisfy({ clock >= $0.activate }) {
            for index in banks.indices { banks[index].activate = clock + timing.tRFC }
            nextRefresh += timing.tREFI!
            counts.refreshes += 1
            trace?(Command(kind: .refresh, clock: clock))
        }
    }
}
