import CCurl

/// Many requests on one thread, by libcurl's multi interface.
///
/// Not Sendable: every call belongs to the thread that made it, as libcurl demands. Closing is
/// explicit because libcurl may call back while it cleans up, which a `deinit` could not survive.
/// Handles are reused, and with them connections; TLS is verified; no redirect is followed.
package struct HTTPRequests: ~Copyable {
    private let multi: UnsafeMutableRawPointer
    private let userAgent: String
    private var transfers: [UInt64: Transfer] = [:]
    private var idle: [UnsafeMutableRawPointer] = []
    /// Requests that libcurl refused at once; told by the next `wait`.
    private var stillborn: [(UInt64, HTTPClientFailure)] = []

    /// - Parameter connectionsPerHost: More requests to one host wait for one of these.
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
        let handle = idle.popLast() ?? curl_easy_init()
        guard let handle else { fatalError("curl_easy_init: out of memory") }
        do throws(CurlError) {
            let transfer = try Transfer(request, on: handle, userAgent: userAgent)
            guard curl_multi_add_handle(multi, handle) == CURLM_OK else {
                throw CurlError(code: CURLE_FAILED_INIT)
            }
            transfers[request.id] = transfer
        } catch {
            curl_easy_cleanup(handle)
            let failure = HTTPClientFailure(
                kind: .notSent,
                code: Int32(error.code.rawValue),
                message: error.description,
                milliseconds: 0
            )
            stillborn.append((request.id, failure))
        }
    }

    /// Moves bytes, then sleeps until there is more to do, `doorbell` is readable or
    /// `milliseconds` have passed.
    ///
    /// - Parameters:
    ///   - doorbell: A descriptor that wakes when it is readable; -1 for none.
    ///   - body: Told of each request that ended, by its id.
    package mutating func wait(
        milliseconds: Int32,
        doorbell: Int32,
        _ body: (UInt64, Result<HTTPClientAnswer, HTTPClientFailure>) -> Void
    ) {
        for (id, failure) in stillborn { body(id, .failure(failure)) }
        let hadStillborn = !stillborn.isEmpty
        stillborn = []
        guard !collect(body), !hadStillborn else { return }
        var bell = curl_waitfd(fd: doorbell, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        let timeout = milliseconds < 0 ? Int32.max : milliseconds
        _ = curl_multi_poll(multi, &bell, doorbell < 0 ? 0 : 1, timeout, nil)
        _ = collect(body)
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
            curl_easy_reset(ended)
            idle.append(ended)
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
        guard code == CURLE_OK else {
            return .failure(
                HTTPClientFailure(
                    kind: transfer.wasCutOff || wasSent(transfer.handle, code)
                        ? .uncertain : .notSent,
                    code: Int32(code.rawValue),
                    message: transfer.wasCutOff
                        ? "the connection was lost before an answer came"
                        : String(cString: curl_easy_strerror(code)),
                    milliseconds: milliseconds
                )
            )
        }
        var status = 0
        _ = ccurl_get_long(transfer.handle, CURLINFO_RESPONSE_CODE, &status)
        return .success(
            HTTPClientAnswer(
                status: status,
                fields: transfer.fields,
                body: transfer.answer,
                isTruncated: transfer.isTruncated,
                milliseconds: milliseconds
            )
        )
    }

    /// Whether any byte of the request can have left: libcurl counts what it has sent, and a
    /// request cannot leave before the connection stands.
    private static func wasSent(_ handle: UnsafeMutableRawPointer, _ code: CURLcode) -> Bool {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT,
            CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_SSL_CONNECT_ERROR,
            CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
            return false
        default:
            var sent = 0
            _ = ccurl_get_long(handle, CURLINFO_REQUEST_SIZE, &sent)
            return sent > 0
        }
    }

    /// Ends what is under way and frees all; on the thread that made it.
    package consuming func close() {
        for transfer in transfers.values {
            curl_multi_remove_handle(multi, transfer.handle)
            curl_easy_cleanup(transfer.handle)
        }
        for handle in idle { curl_easy_cleanup(handle) }
        curl_multi_cleanup(multi)
    }
}

/// A refusal by libcurl itself, before anything was asked.
struct CurlError: Error, CustomStringConvertible {
    let code: CURLcode

    var description: String { String(cString: curl_easy_strerror(code)) }
}

extension CURLcode {
    /// Throws unless the call went well.
    func check() throws(CurlError) {
        guard self == CURLE_OK else { throw CurlError(code: self) }
    }
}
