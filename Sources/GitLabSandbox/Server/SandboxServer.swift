package import POSIX
import Synchronization

/// The stand-in behind a real socket, on a thread of its own.
///
/// Any thread may look at the sandbox and steer it while requests come in.
package final class SandboxServer: Sendable {
    /// As bound: with the port the kernel chose, when 0 was asked for.
    package let address: SocketAddress
    private let shared: SandboxShared
    private let thread: Mutex<LoopThread?>

    /// Listens and serves until `stop`, or until nobody holds it any more.
    ///
    /// - Parameters:
    ///   - settings: How the sandbox begins.
    ///   - listen: nil: 127.0.0.1, on a port that is free.
    ///   - clock: Milliseconds since 1970, as GitLab's own clock would tell.
    /// - Throws: When the address is taken, or the process is out of descriptors.
    package init(
        _ settings: SandboxSettings = SandboxSettings(),
        listen: SocketAddress? = nil,
        clock: @escaping @Sendable () -> Int64 = { Clock.now() }
    ) throws(SystemError) {
        let listener = try ListeningSocket(listen ?? .ipv4(0x7F00_0001, port: 0))
        address = listener.address
        let shared = SandboxShared(
            Sandbox(settings),
            listener,
            try Poller(),
            try Mailbox<SandboxShared.Mail>(capacity: 16),
            clock
        )
        self.shared = shared
        thread = Mutex(
            try LoopThread(named: "sandbox") {
                guard let listener = shared.listener.withLock({ $0.take() }),
                    let poller = shared.poller.withLock({ $0.take() })
                else { return }
                var loop = SandboxLoop(shared, listener, poller)
                loop.run()
            }
        )
    }

    deinit { stop() }

    package var port: UInt16 {
        switch address {
        case .ipv4(_, let port), .ipv6(_, let port): port
        case .unix: 0
        }
    }

    /// `http://127.0.0.1:PORT`, and the relative root if there is one; `/api/v4` follows.
    package var url: String { "http://\(address)\(withSandbox { $0.settings.relativeRoot })" }

    /// Closes every connection and waits for the thread to end; what is still to be processed later
    /// is not.
    package func stop() {
        let thread = thread.withLock { $0.take() }
        guard let thread else { return }
        _ = shared.mailbox.put(.stop)
        thread.join()
    }

    // MARK: - Looking and steering

    /// The door to everything; requests wait meanwhile.
    package func withSandbox<Value>(_ body: (inout Sandbox) throws -> Value) rethrows -> Value {
        try shared.sandbox.withLock { try body(&$0) }
    }

    /// Every deployment in order of id, with what the API hides.
    package var deployments: [SandboxDeployment] { withSandbox { $0.deployments } }

    /// Every environment in order of id.
    package var environments: [SandboxEnvironment] { withSandbox { $0.environments } }

    /// The newest requests to the API, oldest first; those to `/sandbox` are not among them.
    package var exchanges: [SandboxExchange] { withSandbox { $0.exchanges } }

    package func add(_ fault: SandboxFault) { withSandbox { $0.faults.add(fault) } }

    package func reset() { withSandbox { $0.reset() } }

    /// Waits until something is so.
    ///
    /// - Returns: Whether it came to be within the time.
    package func wait(
        upToSeconds seconds: Int = 10,
        until condition: (Sandbox) -> Bool
    ) throws(SystemError) -> Bool {
        var pause = try Poller()
        let deadline = Clock.monotonic() + Int64(seconds) * 1000
        while !withSandbox({ condition($0) }) {
            guard Clock.monotonic() < deadline else { return false }
            _ = try pause.wait(milliseconds: 2)
        }
        return true
    }
}

/// What the server's owner and its thread both hold.
final class SandboxShared: Sendable {
    enum Mail: Sendable { case stop }

    let sandbox: Mutex<Sandbox>
    /// Until the thread has taken it.
    let listener: Mutex<ListeningSocket?>
    let poller: Mutex<Poller?>
    let mailbox: Mailbox<Mail>
    let clock: @Sendable () -> Int64

    init(
        _ sandbox: Sandbox,
        _ listener: consuming ListeningSocket,
        _ poller: consuming sending Poller,
        _ mailbox: Mailbox<Mail>,
        _ clock: @escaping @Sendable () -> Int64
    ) {
        self.sandbox = Mutex(sandbox)
        self.listener = Mutex(listener)
        self.poller = Mutex(poller)
        self.mailbox = mailbox
        self.clock = clock
    }
}
