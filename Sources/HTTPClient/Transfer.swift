import CCurl

/// One request under way: the easy handle and the memory libcurl points into.
///
/// A class because libcurl calls back with its address (`CURLOPT_PRIVATE`). Lives and dies on the
/// client's thread; the handle is lent and goes back to the client.
final class Transfer {
    let id: UInt64
    let handle: UnsafeMutableRawPointer
    private(set) var answer: [UInt8] = []
    private(set) var head: [UInt8] = []
    private(set) var isTruncated = false
    /// The connection was lost under the request, and libcurl was about to send it once more.
    private(set) var wasCutOff = false
    private var timesSent = 0
    private let isRead: Bool
    private let answerLimit: Int
    private let body: UnsafeMutableBufferPointer<UInt8>
    private var fieldList: UnsafeMutablePointer<curl_slist>?

    init(
        _ request: HTTPClientRequest,
        on handle: UnsafeMutableRawPointer,
        userAgent: String
    ) throws(CurlError) {
        id = request.id
        self.handle = handle
        answerLimit = request.answerLimit
        isRead = request.method == "GET" || request.method == "HEAD"
        body = .allocate(capacity: max(request.body?.count ?? 0, 1))
        _ = body.update(fromContentsOf: request.body ?? [])
        try setUp(request, userAgent)
        try receive()
    }

    deinit {
        curl_slist_free_all(fieldList)
        body.deallocate()
    }

    private func setUp(_ request: HTTPClientRequest, _ userAgent: String) throws(CurlError) {
        try ccurl_set_string(handle, CURLOPT_URL, request.url).check()
        try ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method).check()
        try ccurl_set_string(handle, CURLOPT_USERAGENT, userAgent).check()
        // A token must not travel: no redirects, and no scheme but these two.
        try ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0).check()
        try ccurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https").check()
        try ccurl_set_string(handle, CURLOPT_NOPROXY, noProxy(for: request.url)).check()
        try ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1).check()
        try ccurl_set_long(handle, CURLOPT_TCP_NODELAY, 1).check()
        try ccurl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1).check()
        try ccurl_set_long(handle, CURLOPT_PIPEWAIT, 1).check()
        try ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, request.timeoutMilliseconds).check()
        let connect = min(request.timeoutMilliseconds, 10_000)
        try ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, connect).check()
        if let file = request.caFile {
            try ccurl_set_string(handle, CURLOPT_CAINFO, file).check()
        }
        if let bytes = request.body {
            try ccurl_set_long(handle, CURLOPT_POSTFIELDSIZE, bytes.count).check()
            try ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, body.baseAddress).check()
        } else if request.method == "HEAD" {
            try ccurl_set_long(handle, CURLOPT_NOBODY, 1).check()
        }
        // Without it libcurl waits a second for `100 Continue` on larger bodies.
        append("Expect:")
        for (name, value) in request.fields {
            append("\(name): \(String(decoding: value, as: UTF8.self))")
        }
        try ccurl_set_list(handle, CURLOPT_HTTPHEADER, fieldList).check()
    }

    private func append(_ line: String) {
        // What could end the line early has no place in a field.
        let clean = line.filter { $0 != "\r" && $0 != "\n" && $0 != "\r\n" && $0 != "\0" }
        fieldList = curl_slist_append(fieldList, clean)
    }

    /// Loopback is never proxied; for the rest the usual variables count.
    private func noProxy(for url: String) -> String? {
        let host = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
        let isLoopback = ["127.", "localhost", "[::1]"].contains { host.hasPrefix($0) }
        return isLoopback ? "*" : nil
    }

    private func receive() throws(CurlError) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        try ccurl_set_pointer(handle, CURLOPT_PRIVATE, me).check()
        try ccurl_set_before_sending(
            handle,
            { context, _, _, _, _ in
                guard let context else { return CURL_PREREQFUNC_ABORT }
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.beginsSending() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            },
            me
        ).check()
        try ccurl_set_pointer(handle, CURLOPT_WRITEDATA, me).check()
        try ccurl_set_write_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }.check()
        try ccurl_set_pointer(handle, CURLOPT_HEADERDATA, me).check()
        try ccurl_set_write_function(handle, CURLOPT_HEADERFUNCTION) {
            bytes,
            size,
            count,
            context in
            guard let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            return transfer.takeHead(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }.check()
    }

    /// A write goes out once: when a reused connection breaks, libcurl would send it again by
    /// itself, although the peer may have done it.
    private func beginsSending() -> Bool {
        timesSent += 1
        wasCutOff = timesSent > 1 && !isRead
        return !wasCutOff
    }

    /// Keeps the first `answerLimit` bytes and lets the rest pass.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        let room = answerLimit - answer.count
        answer.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { isTruncated = true }
        return bytes.count
    }

    /// One line of a head; a status line begins a new head.
    private func takeHead(_ bytes: UnsafeRawBufferPointer) -> Int {
        if bytes.starts(with: Array("HTTP/".utf8)) { head = [] }
        if head.count < 65_536 { head.append(contentsOf: bytes) }
        return bytes.count
    }

    /// The fields of the last head.
    var fields: [(name: String, value: String)] {
        String(decoding: head, as: UTF8.self).split(separator: "\r\n").dropFirst().compactMap {
            line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            return (String(line[..<colon]), String(value))
        }
    }
}
