/// What is to be done later, soonest first.
struct SandboxTimers<Job> {
    private var waiting: [(due: Int64, job: Job)] = []

    /// Milliseconds on the steady clock; nil: nothing waits.
    var next: Int64? { waiting.first?.due }

    /// Jobs that fall due together keep their order.
    mutating func add(_ job: Job, due: Int64) {
        var low = 0
        var high = waiting.count
        while low < high {
            let middle = (low + high) / 2
            if waiting[middle].due <= due { low = middle + 1 } else { high = middle }
        }
        waiting.insert((due, job), at: low)
    }

    mutating func take(dueBy now: Int64) -> [Job] {
        let count = waiting.prefix { $0.due <= now }.count
        defer { waiting.removeFirst(count) }
        return waiting.prefix(count).map(\.job)
    }
}
