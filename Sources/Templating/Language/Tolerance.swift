/// Where a missing value may go in a payload (DESIGN §2.5): into what says what to do instead.
extension Pipeline {
    private static let tolerant: Set<String> = ["default", "coalesce", "dig", "hasKey", "empty"]

    /// For `if` and `with`: its result may be missing.
    mutating func tolerateMissing() {
        guard let last = commands.indices.last else { return }
        commands[last].tolerateMissing()
    }

    /// Marks the operands that go straight into a function that says what to do instead.
    mutating func markTolerance() {
        for index in commands.indices {
            guard case .call(let function, var operands) = commands[index].kind,
                Self.tolerant.contains(function.name)
            else { continue }
            for place in operands.indices { operands[place].tolerateMissing() }
            commands[index].kind = .call(function, operands)
            if index > 0 { commands[index - 1].tolerateMissing() }
        }
    }
}

extension Command {
    fileprivate mutating func tolerateMissing() {
        guard case .operand(var operand) = kind else { return }
        operand.tolerateMissing()
        kind = .operand(operand)
    }
}

extension Operand {
    fileprivate mutating func tolerateMissing() {
        toleratesMissing = true
        switch kind {
        case .pipeline(var pipeline):
            pipeline.tolerateMissing()
            kind = .pipeline(pipeline)
        case .chain(var inner, let fields):
            inner.tolerateMissing()
            kind = .chain(inner, fields)
        default: break
        }
    }
}
