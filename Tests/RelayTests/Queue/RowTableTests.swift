import GitLab
import Simulation
import Testing

@testable import Relay

@Suite("Row table")
struct RowTableTests {
    private func row(
        _ operation: UInt64,
        _ deployment: Int,
        at endpoint: String = "default",
        isUnproven: Bool = false
    ) -> Row {
        var row = Row(
            application: Identity(high: 0, low: 1),
            operation: Identity(high: 7, low: operation),
            order: 0,
            endpoint: endpoint,
            project: 42,
            environment: "production",
            deployment: deployment,
            status: .success,
            isShared: false
        )
        row.isUnproven = isUnproven
        return row
    }

    private func key(_ deployment: Int, at endpoint: String = "default") -> RowTable.Key {
        RowTable.Key(endpoint: endpoint, deployment: deployment)
    }

    @Test("the first operation with a deployment owns it, until it leaves: then another that has it")
    func owners() {
        var table = RowTable()
        let (first, second) = (row(1, 5), row(2, 5))
        let areNew = [table.put(first), table.put(second)]
        #expect(areNew == [true, true])
        #expect(table.owner(of: key(5)) == first.operation)
        #expect(table.owner(of: key(5, at: "other")) == nil)
        // Told again, it stays the owner.
        let isNew = table.put(first)
        #expect(!isNew)
        #expect(table.owner(of: key(5)) == first.operation)
        _ = table.put(row(1, 6))
        #expect(table.owner(of: key(5)) == second.operation)
        #expect(table.owner(of: key(6)) == first.operation)
        table.remove(second.operation)
        #expect(table.owner(of: key(5)) == nil)
        #expect(table[second.operation] == nil)
        #expect(table.count == 1)
    }

    @Test("a row that is unproven is its operation's, and owns nothing until it is proven")
    func unproven() {
        var table = RowTable()
        let unproven = row(1, 5, isUnproven: true)
        _ = table.put(unproven)
        #expect(table[unproven.operation] == unproven)
        #expect(table.owner(of: key(5)) == nil)
        _ = table.put(row(1, 5))
        #expect(table.owner(of: key(5)) == unproven.operation)
    }

    @Test("thousands of changes by chance: what is there is found, and each deployment has an owner")
    func chance() {
        var chance = SeededGenerator(seed: 1)
        var table = RowTable()
        var model: [Identity: Row] = [:]
        for _ in 0..<20_000 {
            let operation = UInt64(chance.pick(0...299))
            if chance.isLucky(0.3) {
                let identity = Identity(high: 7, low: operation)
                table.remove(identity)
                model[identity] = nil
            } else {
                let new = row(
                    operation,
                    Int(chance.pick(1...400)),
                    at: chance.isLucky(0.5) ? "default" : "other",
                    isUnproven: chance.isLucky(0.1)
                )
                let wasUnknown = model.updateValue(new, forKey: new.operation) == nil
                let isNew = table.put(new)
                #expect(isNew == wasUnknown)
            }
        }
        #expect(table.count == model.count)
        #expect(Set(table.rows.map(\.operation)) == Set(model.keys))
        for endpoint in ["default", "other"] {
            for deployment in 1...400 {
                let holders = model.values.filter {
                    $0.endpoint == endpoint && $0.deployment == deployment && !$0.isUnproven
                }
                let owner = table.owner(of: key(deployment, at: endpoint))
                #expect((owner == nil) == holders.isEmpty)
                if let owner { #expect(holders.contains { $0.operation == owner }) }
            }
        }
        for operation in 0...299 {
            let identity = Identity(high: 7, low: UInt64(operation))
            #expect(table[identity] == model[identity])
        }
    }
}
