import Foundation
import JSON
import Testing

/// `/metrics` and what is built on it: names cannot drift apart.
@Suite("Metrics through the real program", .serialized)
struct MetricsTests {
    /// DESIGN §6, the process's own, and the count of failed credentials.
    private static let names: Set<String> = [
        "deployment_relay_http_requests_total", "deployment_relay_events_total",
        "deployment_relay_delivery_attempts_total", "deployment_relay_log_errors_total",
        "deployment_relay_http_request_duration_seconds",
        "deployment_relay_delivery_attempt_duration_seconds",
        "deployment_relay_delivery_latency_seconds", "deployment_relay_log_flush_duration_seconds",
        "deployment_relay_build_info", "deployment_relay_deliveries",
        "deployment_relay_oldest_pending_age_seconds", "deployment_relay_log_bytes",
        "deployment_relay_endpoint_state", "deployment_relay_rate_limit_remaining",
        "deployment_relay_config_last_reload_successful",
        "deployment_relay_config_last_reload_success_timestamp_seconds",
        "deployment_relay_unaccounted_deliveries", "deployment_relay_failed_authentications_total",
        "process_cpu_seconds_total", "process_resident_memory_bytes",
        "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
        "process_start_time_seconds",
    ]

    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func paper(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Metric names in a text, a histogram's series by the histogram's name.
    private static func names(in text: String) -> Set<String> {
        Set(
            text.matches(of: /\b(?:deployment_relay|process)_[a-z_]+/).map { match in
                String(match.0).replacing(/_(?:bucket|sum|count)$/, with: "")
            }
        )
    }

    private static func families(of page: String) -> Set<String> {
        Set(page.matches(of: #/# TYPE ([a-z_]+) /#).map { String($0.1) })
    }

    @Test("every metric is there from the start, with a sample; only the rate limit is to be told")
    func fromTheStart() async throws {
        let relay = try await Stage().start()
        let page = try relay.admin.get("/metrics").text
        #expect(Self.families(of: page) == Self.names)
        let silent = Self.names.filter { name in
            !page.contains("\n\(name){") && !page.contains("\n\(name) ")
                && !page.contains("\n\(name)_count")
        }
        #expect(silent == ["deployment_relay_rate_limit_remaining"])
    }

    @Test("a delivery is counted, and no label holds what came in")
    func counted() async throws {
        let relay = try await Stage().start()
        let body = FlatBody(environment: "harbour", operation: "pier-7")
        let answer = try relay.hooks.post(
            "/hooks/deployment",
            body.bytes,
            fields: ["Prefer": "wait=20"]
        )
        #expect(answer.status == 201, "\(answer.text)")
        let page = try relay.admin.get("/metrics").text
        for line in [
            #"deployment_relay_events_total{hook="deployment",outcome="accepted"} 1"#,
            #"deployment_relay_http_requests_total{route="/hooks/:name",code="201"} 1"#,
            #"deployment_relay_deliveries{state="delivered"} 1"#,
            #"deployment_relay_delivery_latency_seconds_count 1"#,
            #"deployment_relay_log_flush_duration_seconds_count{log="accepted"} 1"#,
            #"deployment_relay_unaccounted_deliveries 0"#,
        ] {
            #expect(page.contains("\n\(line)\n"), "\(line)")
        }
        let attempts =
            #"deployment_relay_delivery_attempts_total{endpoint="default",outcome="delivered",code="201"} 1"#
        #expect(page.contains("\n\(attempts)\n"))
        for word in ["harbour", "pier-7", "parcel"] { #expect(!page.contains(word)) }
    }

    @Test("the page of metrics, the alert rules and the board name what is there")
    func papers() throws {
        let page = try Self.paper("config/README.md")
        let begin = try #require(page.range(of: "\n## Metrics\n")).upperBound
        let end = try #require(page[begin...].range(of: "\n## ")).lowerBound
        #expect(Self.names(in: String(page[begin..<end])) == Self.names)
        for path in ["alerts.yaml", "alerts.test.yaml", "grafana.json"] {
            let used = Self.names(in: try Self.paper("config/prometheus/\(path)"))
            #expect(!used.isEmpty && used.isSubset(of: Self.names), "\(path)")
        }
        let text = try Self.paper("config/prometheus/grafana.json")
        let board = try JSONDocument(parsing: Array(text.utf8))
        let panels = board.root["panels"].map { Array($0.elements) } ?? []
        #expect(panels.count == 20)
        for panel in panels {
            let title = panel["title"]?.string ?? ""
            let targets = panel["targets"].map { Array($0.elements) } ?? []
            let queries = targets.compactMap { $0["expr"]?.string }
            #expect(!queries.isEmpty, "\(title)")
            for query in queries { #expect(!Self.names(in: query).isEmpty, "\(title): \(query)") }
        }
    }

    @Test("every alert is played by its tests, and says what to do")
    func alerts() throws {
        let rules = try Self.paper("config/prometheus/alerts.yaml")
        let tests = try Self.paper("config/prometheus/alerts.test.yaml")
        let alerts = rules.matches(of: /- alert: (\w+)/).map { String($0.1) }
        #expect(alerts.count == 9)
        for alert in alerts { #expect(tests.contains(alert), "\(alert)") }
        #expect(rules.matches(of: /description: >-/).count == alerts.count)
    }

    @Test(
        "promtool finds nothing wrong with metrics, rules and their tests",
        .enabled(if: tool != nil, "promtool is not installed (Debian: prometheus)")
    )
    func promtool() async throws {
        let relay = try await Stage().start()
        let page = try relay.admin.get("/metrics").text
        let folder = Self.root.appending(path: "config/prometheus").path
        for (arguments, input) in [
            (["check", "metrics"], page), (["check", "rules", "\(folder)/alerts.yaml"], ""),
            (["test", "rules", "\(folder)/alerts.test.yaml"], ""),
        ] {
            let run = try CommandRun.program(try #require(Self.tool), arguments, input: input)
            #expect(run.code == 0, "\(arguments): \(run.output)\(run.errors)")
        }
    }

    private static let tool = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}
