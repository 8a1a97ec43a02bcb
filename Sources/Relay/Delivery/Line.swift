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
    private var nodes: [Node] = []
    private var free: [Slot] = []
    var count: Int { nodes.count - free.count }

    subscript(slot: Slot) -> Waiting {
        get { nodes[Int(slot)].entry }
        set { nodes[Int(slot)].entry = newValue }
    }

    func next(after slot: Slot) -> Slot { nodes[Int(slot)].next }
    func previous(before slot: Slot) -> Slot { nodes[Int(slot)].previous }

    /// Adds `entry` to `line`, before `successor`, or at the end for `none`.
    mutating func insert(_ entry: Waiting, into line: inout Line, before successor: Slot) -> Slot {
        let previous = successor == Self.none ? line.last : nodes[Int(successor)].previous
        let node = Node(entry: entry, previous: previous, next: successor)
        let slot: Slot
        if let reused = free.popLast() {
            slot = reused
            nodes[Int(slot)] = node
        } else {
            slot = Slot(nodes.count)
            nodes.append(node)
        }
        if previous == Self.none { line.first = slot } else { nodes[Int(previous)].next = slot }
        if successor == Self.none {
            line.last = slot
        } else {
            nodes[Int(successor)].previous = slot
        }
        line.count += 1
        return slot
    }

    mutating func remove(_ slot: Slot, from line: inout Line) {
        let node = nodes[Int(slot)]
        if node.previous == Self.none {
            line.first = node.next
        } else {
            nodes[Int(node.previous)].next = node.next
        }
        if node.next == Self.none {
            line.last = node.previous
        } else {
            nodes[Int(node.next)].previous = node.previous
        }
        line.count -= 1
        free.append(slot)
    }

    /// Lets an entry go before all others of its line; its slot stays the same.
    mutating func moveToFront(_ slot: Slot, of line: inout Line) {
        let node = nodes[Int(slot)]
        guard node.previous != Self.none else { return }
        nodes[Int(node.previous)].next = node.next
        if node.next == Self.none {
            line.last = node.previous
        } else {
            nodes[Int(node.next)].previous = node.previous
        }
        nodes[Int(slot)].previous = Self.none
        nodes[Int(slot)].next = line.first
        nodes[Int(line.first)].previous = slot
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
