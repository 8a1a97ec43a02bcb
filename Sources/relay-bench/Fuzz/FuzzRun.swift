import Glibc
import POSIX

/// Tries case after case in this process.
struct FuzzRun {
    let seed: UInt64
    let target: FuzzCase.Target
    let known: [KnownTemplate]
    private(set) var progress = FuzzProgress()
    /// What was found: the case's number, its input and the broken promise.
    private(set) var finds: [(number: Int, input: String, complaint: String)] = []

    init(seed: UInt64, target: FuzzCase.Target, known: [KnownTemplate] = KnownTemplate.shipped) {
        self.seed = seed
        self.target = target
        self.known = known
    }

    /// Tries all of `numbers`; `before` is told of each, and ends the run by false.
    mutating func run(_ numbers: some Sequence<Int>, before: (FuzzProgress) -> Bool = { _ in true })
    {
        for number in numbers {
            progress.number = number
            guard before(progress) else { return }
            let start = Self.processorNanoseconds()
            let trial = FuzzCase(seed: seed, number: number, target: target).trial(known)
            if let complaint = trial.complaint() {
                finds.append((number, trial.shown, complaint))
                progress.finds += 1
            }
            let time = Self.processorNanoseconds() - start
            if time > progress.longest {
                (progress.longest, progress.longestNumber) = (time, number)
            }
            progress.count += 1
        }
    }

    /// This thread's CPU time: what other programs do at the same time does not count.
    private static func processorNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
