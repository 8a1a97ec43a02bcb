import CCurl

/// One easy handle, the memory libcurl points into, and the request that is under way on it.
///
/// A class because libcurl calls back with its address (`CURLOPT_PRIVATE`). Lives and dies on the
/// client's thread. Between two requests it keeps its options: the next one sets again only what
/// differs, when it is asked in the same manner.
final class Transfer {
    private(set) var id: UInt64 = 0
    let handle: UnsafeMutableRawPointer
    private(set) var head = AnswerHead()
    private(set) var body = AnswerBody(limit: 0)
    /// How often the request was about to be sent on a connection that stood.
    private(set) var sendings = 0
    private let userAgent: String
    private var manner: Manner?
    private var payload: UnsafeMutableBufferPointer<UInt8>?
    private let errorBuffer: UnsafeMutableBufferPointer<CChar>
    private var fieldList: UnsafeMutablePointer<curl_slist>?

    /// All of a request but its path, its body and its number.
    private struct Manner {
        /// Scheme and authority.
        let origin: Substring.UTF8View
        var request: HTTPClientRequest

        init(_ request: HTTPClientRequest) {
            let url = request.url[...].utf8
            let authority = url.drop { $0 != 0x2F }.dropFirst(2)
            origin = url[..<(authority.firstIndex { "/?#".utf8.contains($0) } ?? url.endIndex)]
            self.request = request
            self.request.body = request.body.map { _ in [] }
        }

        /// Whether sending it twice is the same as sending it once.
        var isRepeatable: Bool { request.method == "GET" || request.method == "HEAD" }

        func fits(_ other: HTTPClientRequest) -> Bool {
            let url = other.url.utf8
            let rest = url.dropFirst(origin.count)
            return url.starts(with: origin) && rest.first == 0x2F
                && request.method == other.method
                && (request.body == nil) == (other.body == nil)
                && request.timeoutMilliseconds == other.timeoutMilliseconds
                && request.caFile == other.caFile && request.unixSocket == other.unixSocket
                && request.fields.elementsEqual(other.fields, by: ==)
        }
    }

    /// The handle is the client's, which frees it.
    init(on handle: UnsafeMutableRawPointer, userAgent: String) {
        self.handle = handle
        self.userAgent = userAgent
        errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorBuffer.initialize(repeating: 0)
    }

    deinit {
        curl_slist_free_all(fieldList)
        payload?.deallocate()
        errorBuffer.deallocate()
    }

    /// Makes the handle ready for a request; after an error it is of no use any more.
    func prepare(_ request: HTTPClientRequest) throws(CurlError) {
        id = request.id
        sendings = 0
        head = AnswerHead()
        body = AnswerBody(limit: request.answerLimit)
        errorBuffer[0] = 0
        if manner?.fits(request) != true { try setUp(request) }
        try ccurl_set_string(handle, CURLOPT_URL, request.url).check()
        if request.method != "HEAD", request.body != nil || manner?.isRepeatable == false {
            try setBody(request.body ?? [])
        }
    }

    /// Lets go of what belonged to the request that is over.
    ///
    /// libcurl counts on a handle how often a connection that stood died under a request, and gives
    /// up at the sixth: only a reset begins that count anew.
    func rest() {
        if sendings != 1 { manner = nil }
        head = AnswerHead()
        body = AnswerBody(limit: 0)
        payload?.deallocate()
        payload = nil
    }

    /// What libcurl says went wrong: its own words, else what the code means.
    func errorText(_ code: CURLcode) -> String {
        if code == CURLE_ABORTED_BY_CALLBACK { return "the connection ended without an answer" }
        let words = errorBuffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return words.isEmpty
            ? String(cString: curl_easy_strerror(code)) : String(decoding: words, as: UTF8.self)
    }

    // MARK: - Asking

    private func setUp(_ request: HTTPClientRequest) throws(CurlError) {
        curl_easy_reset(handle)
        curl_slist_free_all(fieldList)
        (fieldList, manner) = (nil, nil)
        try ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorBuffer.baseAddress).check()
        try ccurl_set_string(handle, CURLOPT_USERAGENT, userAgent).check()
        try secure(request)
        try ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1).check()
        try ccurl_set_long(handle, CURLOPT_TCP_NODELAY, 1).check()
        try ccurl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1).check()
        // TLS tells at once whether a connection can carry many requests, and then waiting for it
        // saves others. Without TLS only an answer would tell, and a hanging peer gives none.
        let isSecure = request.url.lowercased().hasPrefix("https:")
        try ccurl_set_long(handle, CURLOPT_PIPEWAIT, isSecure ? 1 : 0).check()
        let timeout = max(1, request.timeoutMilliseconds)
        try ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, timeout).check()
        try ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, min(timeout, 10_000)).check()
        try setMethod(request)
        try setFields(request)
        try sendOnce()
        try receive()
        manner = Manner(request)
    }

    /// A token must not travel: TLS is verified, no redirect is followed, no other scheme spoken.
    private func secure(_ request: HTTPClientRequest) throws(CurlError) {
        try ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1).check()
        try ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2).check()
        try ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0).check()
        let isSecure = request.url.lowercased().hasPrefix("https:")
        try ccurl_set_string(handle, CURLOPT_PROTOCOLS_STR, isSecure ? "https" : "http,https")
            .check()
        try ccurl_set_string(handle, CURLOPT_REDIR_PROTOCOLS_STR, "https").check()
        // What is for GitLab is not for a proxy on the way to it (CURLOPT_HEADEROPT).
        try ccurl_set_long(handle, CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE)).check()
        let noProxy = Loopback.isHost(ofURL: request.url) ? "*" : nil
        try ccurl_set_string(handle, CURLOPT_NOPROXY, noProxy).check()
        if let path = request.unixSocket {
            try ccurl_set_string(handle, CURLOPT_UNIX_SOCKET_PATH, path).check()
        }
        if let file = request.caFile {
            try ccurl_set_string(handle, CURLOPT_CAINFO, file).check()
        }
    }

    private func setMethod(_ request: HTTPClientRequest) throws(CurlError) {
        // The method begins the request line: whatever else stood in it would be sent as it is.
        let isClean = request.method.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        guard isClean, !request.method.isEmpty else {
            throw CurlError(code: CURLE_BAD_FUNCTION_ARGUMENT)
        }
        try ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method).check()
        if request.method == "HEAD" { try ccurl_set_long(handle, CURLOPT_NOBODY, 1).check() }
    }

    /// Of a request that may change something without a body too, so that the length of nothing is
    /// told.
    private func setBody(_ bytes: [UInt8]) throws(CurlError) {
        payload?.deallocate()
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        _ = copy.initialize(fromContentsOf: bytes)
        payload = copy
        try ccurl_set_long(handle, CURLOPT_POSTFIELDSIZE, bytes.count).check()
        try ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, copy.baseAddress).check()
    }

    private func setFields(_ request: HTTPClientRequest) throws(CurlError) {
        // Without it libcurl waits a second for `100 Continue` on larger bodies.
        append("Expect:")
        // What libcurl would say of a body that nobody described is wrong.
        if !request.fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            append("Content-Type:")
        }
        for (name, value) in request.fields {
            // An empty value is written with a semicolon (CURLOPT_HTTPHEADER).
            append(Array(name.utf8) + (value.isEmpty ? [0x3B] : [0x3A, 0x20] + value))
        }
        try ccurl_set_list(handle, CURLOPT_HTTPHEADER, fieldList).check()
    }

    private func append(_ line: String) { append(Array(line.utf8)) }

    private func append(_ line: [UInt8]) {
        // What could end the line early has no place in a field.
        let clean = line.filter { $0 != 0x0D && $0 != 0x0A && $0 != 0 } + [0]
        clean.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                fieldList = curl_slist_append(fieldList, text.baseAddress)
            }
        }
    }

    /// libcurl sends a request again by itself when a kept connection ends without an answer.
    ///
    /// GitLab may have acted on the first one, so a write is never sent again: its end is uncertain.
    private func sendOnce() throws(CurlError) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        try ccurl_set_pointer(handle, CURLOPT_PREREQDATA, me).check()
        try ccurl_set_before_request(handle) { context, _, _, _, _ in
            guard let context else { return CURL_PREREQFUNC_ABORT }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            guard transfer.sendings == 0 || transfer.manner?.isRepeatable == true else {
                return CURL_PREREQFUNC_ABORT
            }
            transfer.sendings += 1
            return CURL_PREREQFUNC_OK
        }.check()
    }

    // MARK: - Being answered

    private func receive() throws(CurlError) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        try ccurl_set_pointer(handle, CURLOPT_PRIVATE, me).check()
        try ccurl_set_pointer(handle, CURLOPT_WRITEDATA, me).check()
        try ccurl_set_write_function(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            transfer.body.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }.check()
        try ccurl_set_pointer(handle, CURLOPT_HEADERDATA, me).check()
        try ccurl_set_write_function(handle, CURLOPT_HEADERFUNCTION) {
            bytes,
            size,
            count,
            context in
            guard let context else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            transfer.head.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }.check()
    }
}
