import Glibc
import Synchronization

/// Lines to a descriptor whose reader may be slow, or stuck: never waits for it.
///
/// What the reader does not take is kept, up to a limit; beyond it lines are left out and counted,
/// and the count is told once there is room. The descriptor's own flags are left alone, for other
/// processes share them. Any thread.
package final class LineOutput: Sendable {
    private struct State {
        /// What waits, from `sent` on.
        var waiting: [UInt8] = []
        var sent = 0
        /// Lines left out since the last that was not.
        var leftOut = 0
        /// Several lines are to go out in few calls.
        var isGathering = false
    }

    private let descriptor: Int32
    private let limit: Int
    private let state = Mutex(State())

    /// `descriptor` stays open as long as this is used; `limit`: bytes that may wait.
    package init(_ descriptor: Int32, limit: Int = 1 << 20) {
        self.descriptor = descriptor
        self.limit = limit
    }

    /// Writes `line`, which ends with a line feed, now or when the reader has room.
    ///
    /// `gap`: makes the line that tells how many were left out before this one.
    package func write(_ line: [UInt8], gap: (Int) -> [UInt8]) {
        state.withLock { state in
            if !state.isGathering || state.waiting.count >= limit / 2 { advance(&state) }
            let room = limit - (state.waiting.count - state.sent)
            guard line.count <= room else {
                state.leftOut += 1
                return
            }
            if state.leftOut > 0 {
                state.waiting += gap(state.leftOut)
                state.leftOut = 0
            }
            state.waiting += line
            if !state.isGathering { advance(&state) }
        }
    }

    /// From now on lines wait for `endGathering`, so that many go out in few calls; only for as
    /// long as nothing can block.
    package func beginGathering() { state.withLock { $0.isGathering = true } }

    package func endGathering() {
        state.withLock { state in
            state.isGathering = false
            advance(&state)
        }
    }

    /// Whether lines wait for the reader.
    package var isBehind: Bool { state.withLock { !$0.waiting.isEmpty } }

    /// Gives the reader what it will take now.
    package func catchUp() { state.withLock { advance(&$0) } }

    /// The same for at most `milliseconds`, before an end.
    package func finish(milliseconds: Int32) {
        let deadline = Clock.monotonic() + Int64(milliseconds)
        while isBehind {
            let left = deadline - Clock.monotonic()
            guard left > 0 else { return }
            _ = isWritable(milliseconds: Int32(left))
            catchUp()
        }
    }

    /// Pieces of at most a pipe's page: one such does not block once poll(2) says "writable"
    /// (pipe(7)), nor does it at a socket or a terminal.
    private static let piece = 4096

    private func advance(_ state: inout State) {
        while state.sent < state.waiting.count {
            guard isWritable(milliseconds: 0) else { return }
            let end = min(state.waiting.count, state.sent + Self.piece)
            let count = state.waiting[state.sent..<end].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return }
                // Nobody reads any more, or the disk is full: there is nowhere to say so.
                break
            }
            state.sent += count
        }
        state.waiting.removeAll(keepingCapacity: state.waiting.capacity <= 65_536)
        state.sent = 0
    }

    private func isWritable(milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }
}
