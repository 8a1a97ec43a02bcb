import Formats
import GitLab
import HTTPClient
import Relay

extension Running {
    /// A call as the client sends it: the token goes to its own GitLab and nowhere else.
    ///
    /// Nil when that endpoint is not configured.
    func request(_ id: UInt64, _ call: GitLabCall, at endpoint: String) -> HTTPClientRequest? {
        guard let settings = self.endpoint(endpoint), let address = addresses[endpoint] else {
            return nil
        }
        let request = call.request
        var fields: [(name: String, value: [UInt8])] = [
            ("Content-Type", Array(GitLabRequest.contentType.utf8)),
            ("Accept", Array("application/json".utf8)),
        ]
        if let token = tokens[endpoint] {
            fields.append(("PRIVATE-TOKEN", token.withSecret { $0 }))
        }
        return HTTPClientRequest(
            id: id,
            method: request.method,
            url: address.url(of: request),
            fields: fields,
            body: request.body,
            timeoutMilliseconds: settings.timeoutSeconds * 1000,
            caFile: settings.caFile
        )
    }
}

extension CallResult {
    /// Why GitLab cannot be worked with at present, whatever it is asked; nil when it answers.
    var trouble: String? {
        switch self {
        case .failure(_, let message, _): message
        case .answer(let answer, _): answer.status >= 500 ? "it answers \(answer.status)" : nil
        }
    }

    /// A call's end as the client tells it.
    init(_ result: Result<HTTPClientAnswer, HTTPClientFailure>) {
        switch result {
        case .success(let answer):
            let read = GitLabAnswer(
                status: answer.status,
                fields: answer.fields,
                body: answer.body,
                isTruncated: answer.isTruncated
            )
            self = .answer(read, milliseconds: answer.milliseconds)
        case .failure(let failure):
            self = .failure(
                isUncertain: failure.kind == .uncertain,
                message: failure.message,
                milliseconds: failure.milliseconds
            )
        }
    }
}
