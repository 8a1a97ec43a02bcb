import CLinux
import Synchronization

/// The one door into a loop: any thread puts messages, the loop's thread takes them.
///
/// Bounded, so a slow loop pushes back instead of growing without end.
package final class Mailbox<Message: Sendable>: Sendable {
    /// Readable whenever messages wait; the loop watches it like any descriptor.
    package let doorbell: OwnedDescriptor
    private let capacity: Int
    private let waiting = Mutex<[Message]>([])

    package init(capacity: Int) throws(SystemError) {
        doorbell = try OwnedDescriptor("eventfd", linux_eventfd())
        self.capacity = capacity
    }

    /// Leaves `message` for the loop; false when the box is full.
    package func put(_ message: Message) -> Bool {
        let (fits, wasEmpty) = waiting.withLock { waiting in
            guard waiting.count < capacity else { return (false, false) }
            waiting.append(message)
            return (true, waiting.count == 1)
        }
        // Who finds messages there already knows that somebody has rung.
        if wasEmpty { linux_eventfd_ring(doorbell.number) }
        return fits
    }

    /// Takes everything put since the last call, oldest first.
    ///
    /// Only the loop's own thread calls this.
    package func takeAll() -> [Message] {
        linux_eventfd_silence(doorbell.number)
        return waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
