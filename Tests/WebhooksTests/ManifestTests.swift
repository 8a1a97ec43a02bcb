import Formats
import Foundation
import Testing
import Webhooks

@Suite("The manifests under config/kubernetes")
struct ManifestTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "config/kubernetes")

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    private static func manifest(_ name: String) throws -> YAMLNode {
        try YAMLReader.read(Array(text(name).utf8))
    }

    private static var names: [String] {
        get throws {
            let files = FileManager.default.enumerator(atPath: folder.path)
            return (files?.allObjects as? [String] ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
        }
    }

    private static func find(_ node: YAMLNode?, _ path: String...) -> YAMLNode? {
        path.reduce(node) { node, key in node?[key] }
    }

    @Test("every file is read, and is what its kind says")
    func parses() throws {
        let names = try Self.names
        #expect(names.count >= 15)
        for name in names where name != "helm-values.yaml" {
            let root = try Self.manifest(name)
            #expect(root["apiVersion"]?.text != nil, "\(name)")
            #expect(root["kind"]?.text != nil, "\(name)")
        }
    }

    @Test("kustomizations name files that are there")
    func kustomizations() throws {
        for name in ["kustomization.yaml", "standalone/kustomization.yaml"] {
            let root = try Self.manifest(name)
            let paths =
                (root["resources"]?.elements ?? []).compactMap(\.text)
                + (root["patches"]?.elements ?? []).compactMap { $0["path"]?.text }
            #expect(!paths.isEmpty)
            let base = Self.folder.appending(path: name).deletingLastPathComponent()
            for path in paths {
                let file = base.appending(path: path).path
                #expect(FileManager.default.fileExists(atPath: file), "\(name): \(path)")
            }
        }
    }

    @Test(
        "Argo CD's side has none of the traps that check looks for",
        arguments: ["argocd-notifications-cm.yaml", "standalone/argocd-notifications-cm.yaml"]
    )
    func noTraps(name: String) throws {
        let config = try NotificationsConfigMap(Array(Self.text(name).utf8))
        #expect(NotificationsInspection(config).findings == [])
    }

    @Test("a trigger with oncePer tells each operation, and the net tells the same without")
    func triggers() throws {
        let data = try Self.manifest("argocd-notifications-cm.yaml")["data"]
        func conditions(_ key: String) throws -> [YAMLNode] {
            try YAMLReader.read(Array((data?[key]?.text ?? "").utf8)).elements
        }
        let once = try conditions("trigger.on-deployment")
        let net = try conditions("trigger.on-deployment-net")
        #expect(once.compactMap { $0["when"]?.text } == net.compactMap { $0["when"]?.text })
        #expect(once.count == 5)
        #expect(once.allSatisfy { $0["oncePer"]?.text?.hasSuffix("revision") == false })
        #expect(net.allSatisfy { $0["oncePer"] == nil })
        let templates = (once + net).flatMap { $0["send"]?.elements ?? [] }.compactMap(\.text)
        #expect(Set(templates) == ["deployment-relay"])
    }

    @Test("the Helm values say what the manifests say")
    func helm() throws {
        let values = try Self.manifest("helm-values.yaml")["notifications"]
        let data = try Self.manifest("argocd-notifications-cm.yaml")["data"]
        let told = ["notifiers", "templates", "triggers"].flatMap { values?[$0]?.members ?? [] }
        #expect(told.map(\.key).sorted() == data?.members.map(\.key).sorted())
        for member in told {
            #expect(member.value.text == data?[member.key]?.text, "\(member.key)")
        }
        let subscriptions = try Self.manifest("subscriptions.yaml")["data"]?["subscriptions"]?.text
        let listed = try YAMLReader.read(Array((subscriptions ?? "").utf8))
        let triggers = listed.elements.first?["triggers"]?.elements.compactMap(\.text)
        let theirs = values?["subscriptions"]?.elements.first?["triggers"]?.elements
            .compactMap(\.text)
        #expect(theirs == triggers)
        let sidecar = Self.find(try Self.manifest("sidecar.yaml"), "spec", "template", "spec")
        let container = try #require(sidecar?["containers"]?.elements.first)
        let theirContainer = try #require(values?["extraContainers"]?.elements.first)
        for key in ["env", "securityContext", "resources", "livenessProbe", "volumeMounts"] {
            #expect(
                Self.shape(theirContainer[key]) == Self.shape(container[key]),
                "\(key)"
            )
        }
    }

    /// A value without its lines.
    private static func shape(_ node: YAMLNode?) -> String {
        guard let node else { return "nothing" }
        switch node.content {
        case .null: return "null"
        case .scalar(let text): return text
        case .list(let list): return "[\(list.map { shape($0) }.joined(separator: ","))]"
        case .map(let map):
            return "{\(map.map { "\($0.key):\(shape($0.value))" }.joined(separator: ","))}"
        }
    }

    @Test(
        "both forms run restricted, on a read-only root, with probes and measured requests",
        arguments: ["sidecar.yaml", "standalone/deployment.yaml"]
    )
    func restricted(name: String) throws {
        let pod = Self.find(try Self.manifest(name), "spec", "template", "spec")
        let container = try #require(pod?["containers"]?.elements.first)
        let security = container["securityContext"]
        #expect(
            security?["runAsNonRoot"]?.text ?? pod?["securityContext"]?["runAsNonRoot"]?.text
                == "true"
        )
        #expect(security?["readOnlyRootFilesystem"]?.text == "true")
        #expect(security?["allowPrivilegeEscalation"]?.text == "false")
        #expect(security?["capabilities"]?["drop"]?.elements.compactMap(\.text) == ["ALL"])
        let profile = security?["seccompProfile"] ?? pod?["securityContext"]?["seccompProfile"]
        #expect(profile?["type"]?.text == "RuntimeDefault")
        for probe in ["readinessProbe", "livenessProbe"] {
            #expect(container[probe] != nil, "\(probe)")
        }
        for request in ["cpu", "memory"] {
            #expect(container["resources"]?["requests"]?[request] != nil, "\(request)")
        }
        let volumes = pod?["volumes"]?.elements ?? []
        #expect(volumes.contains { $0["persistentVolumeClaim"] != nil })
    }

    @Test("the service's ports, the policy's and the container's are the same")
    func ports() throws {
        let pod = Self.find(
            try Self.manifest("standalone/deployment.yaml"),
            "spec",
            "template",
            "spec"
        )
        let named = pod?["containers"]?.elements.first?["ports"]?.elements ?? []
        let numbers = named.compactMap { $0["containerPort"]?.text }
        #expect(numbers == ["8080", "8081"])
        let service = Self.find(try Self.manifest("standalone/service.yaml"), "spec", "ports")
        let ports = (service?.elements ?? []).compactMap { $0["port"]?.text }
        #expect(ports == numbers)
        let cm = try Self.text("standalone/argocd-notifications-cm.yaml")
        #expect(cm.contains("http://deployment-relay.argocd.svc:8080"))
    }
}
