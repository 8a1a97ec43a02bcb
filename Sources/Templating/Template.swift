package import Formats
package import JSON

/// A value that a caller adds to what a template sees.
package enum TemplateValue: Sendable {
    case text(String)
    /// As RFC 3339 writes it.
    case moment(Timestamp)
    case bool(Bool)
    case map([(key: String, value: TemplateValue)])
    /// A map that is made when a template asks for it, once a run.
    case made(@Sendable () -> [(key: String, value: TemplateValue)])
}

/// The dot: a body as it came, and members added beside it; an added one hides the body's.
package struct TemplateData: Sendable {
    let body: JSONValue?
    let added: [(key: String, value: TemplateValue)]

    package init(_ body: JSONValue?, adding added: [(key: String, value: TemplateValue)] = []) {
        self.body = body
        self.added = added
    }
}

/// What a pure room cannot know by itself.
package struct TemplateWorld: Sendable {
    package var now: Timestamp
    /// Feeds the functions of chance.
    package var seed: UInt64
    /// A zone's compiled rules by its name (RFC 8536, `Europe/Berlin`); nil where there are none.
    package var zoneData: (@Sendable (String) -> [UInt8]?)?

    package init(
        now: Timestamp,
        seed: UInt64,
        zoneData: (@Sendable (String) -> [UInt8]?)? = nil
    ) {
        self.now = now
        self.seed = seed
        self.zoneData = zoneData
    }
}

/// A parsed template, ready to run any number of times on any thread.
package struct Template: Sendable {
    private let compiled: CompiledTemplate

    /// Parses and checks a text.
    ///
    /// - Throws: All that one pass finds wrong.
    package init(parsing text: [UInt8], options: TemplateOptions) throws(TemplateErrors) {
        var compiler = Compiler(options)
        compiled = try compiler.compile(text)
    }

    package func render(
        _ data: TemplateData,
        _ world: TemplateWorld
    ) throws(TemplateError) -> [UInt8] {
        try execute(data, world).out
    }

    /// The one JSON object that comes out, read.
    ///
    /// - Precondition: the template's semantics are a payload's.
    package func renderPayload(
        _ data: TemplateData,
        _ world: TemplateWorld
    ) throws(TemplateError) -> JSONDocument {
        guard let payload = try execute(data, world).payload else {
            preconditionFailure("\(compiled.options.name) is no payload's template")
        }
        return payload
    }

    private func execute(
        _ data: TemplateData,
        _ world: TemplateWorld
    ) throws(TemplateError) -> (out: [UInt8], payload: JSONDocument?) {
        let run = Run(world, compiled.options.limits, patterns: compiled.patterns)
        defer { run.end() }
        var executor = Executor(compiled, run)
        do {
            try executor.execute(CompiledTemplate.Key(name: compiled.options.name), data.dot)
            return (executor.out, try executor.payload())
        } catch {
            throw compiled.error(error, executor.source, executor.span)
        }
    }
}

extension TemplateData {
    fileprivate var dot: Value {
        let alterations = Alterations()
        if added.isEmpty {
            return body.map { $0.isNull ? .missing : Value($0, alterations) } ?? .missing
        }
        let object = body?.kind == .object ? body : nil
        return .map(GoMap(added: added, over: object, alterations))
    }
}
