import CCurl

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
