/// Entries of many lanes in one pool, each lane a doubly linked list in it.
///
/// Adding, and removing from any place, cost the same however long a lane is.
struct WaitingPool: Sendable {
    /// Where an entry lies; stays the same until it is removed.
    typealias Slot = Int32

    private struct Node: Sendable {
        var entry: Waiting
        var previous: Slot
        var next: Slot
    }

    static let none: Slot = -1
    /// In pieces, so that growing neither moves what is there nor asks for twice as much.
    private var pieces: [[Node]] = []
    private var used = 0
    private var free: [Slot] = []
    var count: Int { used - free.count }

    private static let pieceLength = 1 << 12

    private subscript(node slot: Slot) -> Node {
        get { pieces[Int(slot) >> 12][Int(slot) & (Self.pieceLength - 1)] }
        _modify { yield &pieces[Int(slot) >> 12][Int(slot) & (Self.pieceLength - 1)] }
    }

    subscript(slot: Slot) -> Waiting {
        get { self[node: slot].entry }
        set { self[node: slot].entry = newValue }
    }

    func next(after slot: Slot) -> Slot { self[node: slot].next }
    func previous(before slot: Slot) -> Slot { self[node: slot].previous }

    private mutating func append(_ node: Node) -> Slot {
        if used >> 12 == pieces.count {
            pieces.append([])
            pieces[pieces.count - 1].reserveCapacity(Self.pieceLength)
        }
        pieces[used >> 12].append(node)
        used += 1
        return Slot(used - 1)
    }

    /// Adds `entry` to `line`, before `successor`, or at the end for `none`.
    mutating func insert(_ entry: Waiting, into line: inout Line, before successor: Slot) -> Slot {
        let previous = successor == Self.none ? line.last : self[node: successor].previous
        let node = Node(entry: entry, previous: previous, next: successor)
        let slot: Slot
        if let reused = free.popLast() {
            slot = reused
            self[node: slot] = node
        } else {
            slot = append(node)
        }
        if previous == Self.none { line.first = slot } else { self[node: previous].next = slot }
        if successor == Self.none {
            line.last = slot
        } else {
            self[node: successor].previous = slot
        }
        line.count += 1
        return slot
    }

    mutating func remove(_ slot: Slot, from line: inout Line) {
        let node = self[node: slot]
        if node.previous == Self.none {
            line.first = node.next
        } else {
            self[node: node.previous].next = node.next
        }
        if node.next == Self.none {
            line.last = node.previous
        } else {
            self[node: node.next].previous = node.previous
        }
        line.count -= 1
        free.append(slot)
    }

    /// Lets an entry go before all others of its line; its slot stays the same.
    mutating func moveToFront(_ slot: Slot, of line: inout Line) {
        let node = self[node: slot]
        guard node.previous != Self.none else { return }
        self[node: node.previous].next = node.next
        if node.next == Self.none {
            line.last = node.previous
        } else {
            self[node: node.next].previous = node.previous
        }
        self[node: slot].previous = Self.none
        self[node: slot].next = line.first
        self[node: line.first].previous = slot
        line.first = slot
    }
}

/// The two ends of one lane's list in the pool.
struct Line: Sendable {
    fileprivate(set) var first = WaitingPool.none
    fileprivate(set) var last = WaitingPool.none
    fileprivate(set) var count = 0

    var isEmpty: Bool { first == WaitingPool.none }
}
