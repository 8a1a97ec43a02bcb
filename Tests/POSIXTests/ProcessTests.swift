import Foundation
import POSIX
import Testing

@Suite("Process")
struct ProcessTests {
    @Test("what the process uses is told in bytes, seconds and descriptors")
    func usage() throws {
        let before = ProcessUsage.now()
        let files = try (0..<10).map { _ in try Mailbox<Int>(capacity: 1) }
        let usage = ProcessUsage.now()
        #expect(usage.residentBytes > 1 << 20)
        #expect(usage.virtualBytes > usage.residentBytes)
        #expect((1..<usage.residentBytes).contains(usage.anonymousBytes))
        #expect(usage.openDescriptors > 10)
        #expect(usage.maximumDescriptors >= usage.openDescriptors)
        #expect(usage.cpuSeconds >= before.cpuSeconds)
        let age = Double(Clock.now()) / 1000 - usage.startTime
        #expect(age > -2 && age < 86_400)
        #expect(files.count == 10)
    }

    /// In a process of its own: what is hidden stays so.
    @Test("a process that hides its memory leaves no core file and cannot be looked into")
    func hiddenMemory() async {
        await #expect(processExitsWith: .success) {
            Host.hideMemory()
            #expect(Host.isMemoryHidden)
            let limits = try String(contentsOfFile: "/proc/self/limits", encoding: .utf8)
            let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
            #expect(line?.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"], "\(limits)")
            // And it still knows itself.
            #expect(ProcessUsage.now().openDescriptors > 0)
        }
    }

    @Test("the monotonic clock goes forward, the other one is that of the calendar")
    func clocks() {
        let first = Clock.monotonicNanoseconds()
        #expect(Clock.monotonicNanoseconds() >= first)
        #expect(Clock.monotonic() >= first / 1_000_000)
        #expect(abs(Double(Clock.now()) / 1000 - Date().timeIntervalSince1970) < 3600)
    }

    @Test("the host has a name, the process a number and its environment")
    func host() {
        #expect(!Host.name.isEmpty)
        #expect(Host.processID == ProcessInfo.processInfo.processIdentifier)
        #expect(Host.environment()["PATH"] == ProcessInfo.processInfo.environment["PATH"])
        #expect(Set((0..<100).map { _ in Host.random() }).count == 100)
        #expect(!Host.isTerminal(-1))
    }

    @Test("signals come as messages, and a write beyond a limit ends no process")
    func signals() async {
        await #expect(processExitsWith: .success) {
            // To this thread: the test runner's own threads were there before.
            let signals = try Signals()
            #expect(signals.next() == nil)
            for (number, wanted) in [
                (SIGTERM, Signals.Signal.stop), (SIGINT, .stop), (SIGHUP, .reload),
            ] {
                pthread_kill(pthread_self(), number)
                #expect(signals.next() == wanted)
            }
            #expect(signals.next() == nil)
            pthread_kill(pthread_self(), SIGPIPE)
            pthread_kill(pthread_self(), SIGXFSZ)
            var poller = try Poller()
            try poller.watch(signals.number, token: 3, read: true, write: false)
            pthread_kill(pthread_self(), SIGTERM)
            #expect(try poller.wait(milliseconds: 10_000).map(\.token) == [3])
        }
    }
}
