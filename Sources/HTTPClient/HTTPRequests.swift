import CCurl

/// Many requests on one thread, by libcurl's multi interface.
///
/// Not Sendable: every call belongs to the thread that made it, as libcurl demands. Closing is
/// explicit because libcurl may call back while it cleans up, which a `deinit` could not survive.
/// Handles are reused, and with them connections; TLS is verified; no redirect is followed. A
/// request that may change something is sent once: when a kept connection dies after it was sent,
/// libcurl would send it again by itself, and must not. The process ignores SIGPIPE, which
/// OpenSSL may raise (`Signals` sees to it).
package struct HTTPRequests: ~Copyable {
    private let multi: UnsafeMutableRawPointer
    private let userAgent: String
    private var transfers: [UInt64: Transfer] = [:]
    private var idle: [Transfer] = []
    /// Requests that libcurl refused at once; told by the next `wait`.
    private var stillborn: [(UInt64, HTTPClientFailure)] = []

    /// More requests to one host than `connectionsPerHost` wait for one of its connections.
    package init(connectionsPerHost: Int, userAgent: String) {
        ccurl_begin()
        guard let multi = curl_multi_init() else { fatalError("curl_multi_init: out of memory") }
        self.multi = multi
        self.userAgent = userAgent
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHost)
        _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    }

    /// Requests under way.
    package var inFlight: Int { transfers.count + stillborn.count }

    /// Begins a request; its end comes by `wait`.
    ///
    /// - Precondition: No request under way has this id.
    package mutating func start(_ request: HTTPClientRequest) {
        precondition(transfers[request.id] == nil)
        let transfer = idle.popLast() ?? makeTransfer()
        do throws(CurlError) {
            try transfer.prepare(request)
            guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
                throw CurlError(code: CURLE_FAILED_INIT)
            }
            transfers[request.id] = transfer
        } catch {
            curl_easy_cleanup(transfer.handle)
            let failure = HTTPClientFailure(
                kind: .notSent,
                code: Int32(error.code.rawValue),
                message: error.description,
                milliseconds: 0
            )
            stillborn.append((request.id, failure))
        }
    }

    private func makeTransfer() -> Transfer {
        guard let handle = curl_easy_init() else { fatalError("curl_easy_init: out of memory") }
        return Transfer(on: handle, userAgent: userAgent)
    }

    /// Moves bytes, then sleeps until there is more to do, `doorbell` is readable or
    /// `milliseconds` have passed; -1 for no doorbell, and for ever.
    ///
    /// Tells `body` of each request that ended, by its id.
    package mutating func wait(
        milliseconds: Int32,
        doorbell: Int32,
        _ body: (UInt64, Result<HTTPClientAnswer, HTTPClientFailure>) -> Void
    ) {
        for (id, failure) in stillborn { body(id, .failure(failure)) }
        let hadStillborn = !stillborn.isEmpty
        stillborn = []
        guard !collect(body), !hadStillborn else { return }
        _ = sleep(milliseconds: milliseconds < 0 ? .max : milliseconds, doorbell: doorbell)
        _ = collect(body)
    }

    /// Until a transfer has something to do, `doorbell` is readable or `milliseconds` have passed;
    /// -1 for no doorbell.
    ///
    /// - Returns: Whether the doorbell is readable.
    private func sleep(milliseconds: Int32, doorbell: Int32) -> Bool {
        var bell = curl_waitfd(fd: doorbell, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        _ = curl_multi_poll(multi, &bell, doorbell < 0 ? 0 : 1, milliseconds, nil)
        return bell.revents != 0
    }

    /// Takes what ends while others end too: for who has something to do once for all of them.
    ///
    /// Goes on as long as there is always more at once; then it waits up to so many times for up to
    /// a millisecond, until `doorbell` is readable or no request is under way.
    package mutating func gather(
        milliseconds: Int64,
        doorbell: Int32,
        _ body: (UInt64, Result<HTTPClientAnswer, HTTPClientFailure>) -> Void
    ) {
        var left = milliseconds
        while !transfers.isEmpty {
            if collect(body) { continue }
            guard left > 0 else { return }
            left -= 1
            if sleep(milliseconds: 1, doorbell: doorbell) { return }
        }
    }

    /// Sends one request and waits for its end, for as long as its own time limit.
    ///
    /// - Precondition: No other is under way.
    package mutating func answer(
        to request: HTTPClientRequest
    ) -> Result<HTTPClientAnswer, HTTPClientFailure> {
        precondition(inFlight == 0)
        start(request)
        while true {
            var result: Result<HTTPClientAnswer, HTTPClientFailure>?
            wait(milliseconds: 1000, doorbell: -1) { _, end in result = end }
            if let result { return result }
        }
    }

    /// Moves bytes and tells of what ended; whether anything did.
    private mutating func collect(
        _ body: (UInt64, Result<HTTPClientAnswer, HTTPClientFailure>) -> Void
    ) -> Bool {
        var running: Int32 = 0
        _ = curl_multi_perform(multi, &running)
        var handle: UnsafeMutableRawPointer?
        var code = CURLE_OK
        var hasFinished = false
        while ccurl_next_finished(multi, &handle, &code), let ended = handle {
            hasFinished = true
            var context: UnsafeMutableRawPointer?
            _ = ccurl_get_pointer(ended, CURLINFO_PRIVATE, &context)
            guard let context else { preconditionFailure("a handle without its transfer") }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            let result = Self.result(of: transfer, code)
            curl_multi_remove_handle(multi, ended)
            transfers[transfer.id] = nil
            transfer.rest()
            idle.append(transfer)
            body(transfer.id, result)
        }
        return hasFinished
    }

    private static func result(
        of transfer: Transfer,
        _ code: CURLcode
    ) -> Result<HTTPClientAnswer, HTTPClientFailure> {
        var micros: Int64 = 0
        _ = ccurl_get_offset(transfer.handle, CURLINFO_TOTAL_TIME_T, &micros)
        let milliseconds = Int(micros / 1000)
        let code = code == CURLE_OK && !transfer.head.isOver ? CURLE_PARTIAL_FILE : code
        guard code == CURLE_OK else {
            return .failure(
                HTTPClientFailure(
                    kind: transfer.sendings > 0 ? .uncertain : .notSent,
                    code: Int32(code.rawValue),
                    message: transfer.errorText(code),
                    milliseconds: milliseconds
                )
            )
        }
        var status = 0
        _ = ccurl_get_long(transfer.handle, CURLINFO_RESPONSE_CODE, &status)
        return .success(
            HTTPClientAnswer(
                status: status,
                fields: transfer.head.fields,
                body: transfer.body.bytes,
                isTruncated: transfer.body.isTruncated,
                milliseconds: milliseconds
            )
        )
    }

    /// Ends what is under way and frees all; on the thread that made it.
    package consuming func close() {
        for transfer in transfers.values {
            curl_multi_remove_handle(multi, transfer.handle)
            curl_easy_cleanup(transfer.handle)
        }
        for transfer in idle { curl_easy_cleanup(transfer.handle) }
        curl_multi_cleanup(multi)
    }
}
