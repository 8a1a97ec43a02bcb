import POSIX
import Simulation
import Storage
import Synchronization

/// Counts the calls by which the logs change the disk, and lets one of them go wrong.
final class DiskFaults: Sendable {
    enum Fault: Sendable {
        /// The process ends in this call. Of a write, this share of the bytes is on disk, 0...1;
        /// any other call has done nothing.
        case ends(kept: Double)
        /// This one call fails; a write leaves half of its bytes.
        case fails
    }

    private struct State {
        var calls: [String] = []
        var plan: [Int: Fault] = [:]
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// The calls since the last `arm`, by name.
    var calls: [String] { state.withLock { $0.calls } }
    /// Whether the process ended in one of them, and no other has begun.
    private var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// Counts from here on; the calls of these numbers, from 0, go wrong.
    func arm(_ plan: [Int: Fault]) { state.withLock { $0 = State(plan: plan) } }

    /// Another process begins on what the disk holds.
    @Sendable
    private func begin() { state.withLock { $0.hasEnded = false } }

    /// How much of a call is done before it goes wrong; nil: all, and it succeeds.
    private func strike(_ name: String) -> Double? {
        state.withLock { state in
            if state.hasEnded { return 0 }
            defer { state.calls.append(name) }
            switch state.plan[state.calls.count] {
            case nil: return nil
            case .ends(let kept):
                state.hasEnded = true
                return kept
            case .fails: return 0.5
            }
        }
    }

    private func check(_ name: String) throws(SystemError) {
        // ENOSPC
        if strike(name) != nil { throw SystemError(name, code: 28) }
    }

    /// What the simulated disk needs to know of this.
    var trouble: DiskTrouble {
        DiskTrouble(before: before, hasEnded: { self.hasEnded }, begin: begin)
    }

    /// These calls, with the faults before them.
    @Sendable
    private func before(_ files: LogFiles) -> LogFiles {
        var faulty = files
        faulty.open = { path throws(SystemError) in
            try self.check("open")
            return try files.open(path)
        }
        faulty.write = { bytes, file, offset throws(SystemError) in
            guard let kept = self.strike("write") else {
                return try files.write(bytes, file, offset)
            }
            let count = Int((Double(bytes.count) * kept).rounded())
            try files.write(Array(bytes.prefix(count)), file, offset)
            throw SystemError("write", code: 28)
        }
        faulty.flush = { file throws(SystemError) in
            try self.check("flush")
            try files.flush(file)
        }
        faulty.reserve = { file, offset, count throws(SystemError) in
            try self.check("reserve")
            try files.reserve(file, offset, count)
        }
        faulty.cut = { file, size throws(SystemError) in
            try self.check("cut")
            try files.cut(file, size)
        }
        faulty.remove = { path throws(SystemError) in
            try self.check("remove")
            try files.remove(path)
        }
        faulty.flushFolder = { path throws(SystemError) in
            try self.check("flushFolder")
            try files.flushFolder(path)
        }
        return faulty
    }
}
