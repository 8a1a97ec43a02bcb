/// Whose turn it is: lanes that could go now, fair between projects and between their lanes.
///
/// Each project waits in line once; each time its turn comes, one of its lanes goes and the
/// project returns to the end. So a project with ten thousand environments leaves as much room
/// to others as one with a single environment.
struct FairTurns: Sendable {
    private var projects = Ring<Int>()
    private var lanes: [Int: Ring<Int>] = [:]

    var isEmpty: Bool { projects.isEmpty }

    mutating func append(lane: Int, of project: Int) {
        if lanes[project] == nil { projects.append(project) }
        lanes[project, default: Ring()].append(lane)
    }

    mutating func next() -> Int? {
        guard let project = projects.popFirst() else { return nil }
        guard let lane = lanes[project]?.popFirst() else {
            preconditionFailure("project \(project) stood in line without a lane")
        }
        if lanes[project]?.isEmpty == true {
            lanes[project] = nil
        } else {
            projects.append(project)
        }
        return lane
    }
}

/// First in, first out, without moving what waits.
struct Ring<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private var start = 0

    var isEmpty: Bool { start == elements.count }
    var count: Int { elements.count - start }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard start < elements.count else { return nil }
        defer {
            start += 1
            if start > 32, start * 2 > elements.count {
                elements.removeFirst(start)
                start = 0
            }
        }
        return elements[start]
    }
}

/// Things that fall due: a binary heap by steady milliseconds.
package struct Timers<Payload: Sendable>: Sendable {
    private var heap: [(due: Int64, payload: Payload)] = []

    package init() {}

    var count: Int { heap.count }

    /// When the first one falls due.
    package var nextDue: Int64? { heap.first?.due }

    package mutating func add(_ payload: Payload, due: Int64) {
        heap.append((due, payload))
        var child = heap.count - 1
        while child > 0, heap[child].due < heap[(child - 1) / 2].due {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the first one that is due at `now`.
    package mutating func popDue(at now: Int64) -> Payload? {
        guard let first = heap.first, first.due <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first.payload
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = parent * 2 + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
            guard heap[child].due < heap[parent].due else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
