import Synchronization
import Storage
import Formats
import HTTP
import POSIX
import Relay

/// `/metrics`: the names of DESIGN §6, all present from the start.
extension IngressLoop {
    func metricsPage(_ now: Timestamp) -> HTTPResponse {
        let delivery = shared.deliveryMetrics.withLock { $0 }
        var page = MetricsPage()
        counters(delivery, &page)
        histograms(delivery, &page)
        gauges(delivery, now, &page)
        process(&page)
        var response = HTTPResponse.text(200, "")
        response.fields = [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")]
        response.body = Array(page.text.utf8)
        return response
    }

    private func counters(_ delivery: DeliveryMetrics, _ page: inout MetricsPage) {
        let requests = metrics.requests.merging(IngressMetrics.usualRequests) { $0 + $1 }.sorted {
            ($0.key.route, $0.key.code) < ($1.key.route, $1.key.code)
        }
        page.counter(
            "http_requests_total",
            "Requests answered, by route and status code.",
            requests.map {
                ([("route", $0.key.route), ("code", String($0.key.code))], Double($0.value))
            }
        )
        var events: [MetricsPage.Sample] = []
        for hook in running.hooks.map(\.name).sorted() {
            for outcome in ["accepted", "duplicate", "ignored", "dead"] {
                let key = IngressMetrics.EventKey(hook: hook, outcome: outcome)
                let value = Double(metrics.events[key] ?? 0)
                events.append(([("hook", hook), ("outcome", outcome)], value))
            }
        }
        page.counter(
            "failed_authentications_total",
            "Requests that asked for what their credential, or none, does not open.",
            [
                ([("address", "hooks")], Double(metrics.failures[.hooks] ?? 0)),
                ([("address", "admin")], Double(metrics.failures[.admin] ?? 0)),
            ]
        )
        page.counter("events_total", "Webhooks by what became of them.", events)
        let usual = running.configuration.endpoints.flatMap {
            DeliveryMetrics.usualAttempts(at: $0.name)
        }
        let attempts = delivery.attempts.merging(usual) { $0 + $1 }.sorted {
            ($0.key.endpoint, $0.key.outcome, $0.key.code) < (
                $1.key.endpoint, $1.key.outcome, $1.key.code
            )
        }
        page.counter(
            "delivery_attempts_total",
            "Calls that tell GitLab of a delivery, by outcome and status code (0: no answer).",
            attempts.map { key, value in
                let labels = [
                    ("endpoint", key.endpoint), ("outcome", key.outcome),
                    ("code", String(key.code)),
                ]
                return (labels, Double(value))
            }
        )
        page.counter(
            "log_errors_total",
            "Failed writes and flushes of the record logs.",
            [
                ([("op", "accepted")], Double(metrics.flushErrors)),
                ([("op", "settled")], Double(delivery.flushErrors)),
            ]
        )
    }

    private func histograms(_ delivery: DeliveryMetrics, _ page: inout MetricsPage) {
        page.histogram(
            "http_request_duration_seconds",
            "Time from a request's head to its answer.",
            metrics.requestSeconds.merging(IngressMetrics.usualRequestSeconds) { kept, _ in kept }
                .sorted { $0.key < $1.key }.map { ([("route", $0.key)], $0.value) }
        )
        page.histogram(
            "delivery_attempt_duration_seconds",
            "Time GitLab took to answer a call.",
            running.configuration.endpoints.map { endpoint in
                let histogram = delivery.attemptSeconds[endpoint.name]
                return (
                    [("endpoint", endpoint.name)], histogram ?? Histogram(bounds: Histogram.attempt)
                )
            }
        )
        page.histogram(
            "delivery_latency_seconds",
            "Time from acceptance to GitLab's confirmation.",
            [([], metrics.latency)]
        )
        page.histogram(
            "log_flush_duration_seconds",
            "Time of a commit's write and flush.",
            [([("log", "accepted")], metrics.flush), ([("log", "settled")], delivery.flush)]
        )
    }

    private func gauges(_ delivery: DeliveryMetrics, _ now: Timestamp, _ page: inout MetricsPage) {
        page.gauge("build_info", "The version that runs.", [([("version", Version.text)], 1)])
        let totals = ledger.totals()
        page.gauge(
            "deliveries",
            "Deliveries by state.",
            DeliveryState.allCases.map { ([("state", $0.name)], Double(totals[$0] ?? 0)) }
        )
        let age = ledger.oldestWaiting.map { Double(now.milliseconds - $0.milliseconds) / 1000 }
        page.gauge(
            "oldest_pending_age_seconds",
            "Age of the oldest delivery that still waits; 0 when none does.",
            [([], max(0, age ?? 0))]
        )
        page.gauge(
            "log_bytes",
            "Size of the record logs.",
            [
                ([("log", "accepted")], Double(accepted.byteCount)),
                ([("log", "settled")], Double(delivery.logBytes)),
            ]
        )
        var states: [MetricsPage.Sample] = []
        for endpoint in running.configuration.endpoints {
            let present = delivery.states[endpoint.name] ?? "ok"
            for state in ["ok", "throttled", "held"] {
                let labels = [("endpoint", endpoint.name), ("state", state)]
                states.append((labels, state == present ? 1 : 0))
            }
        }
        page.gauge("endpoint_state", "1 for the state a GitLab is in.", states)
        page.gauge(
            "rate_limit_remaining",
            "Calls GitLab still allows in this window; absent until it has said so.",
            delivery.remaining.sorted { $0.key < $1.key }.map {
                ([("endpoint", $0.key)], Double($0.value))
            }
        )
        let reload = shared.lastReload.withLock { $0 }
        page.gauge(
            "config_last_reload_successful",
            "1 when the last (re)load of the configuration succeeded.",
            [([], reload.wasSuccessful ? 1 : 0)]
        )
        page.gauge(
            "config_last_reload_success_timestamp_seconds",
            "When the configuration was last loaded.",
            [([], Double(reload.at) / 1000)]
        )
        let accounted = totals.values.reduce(0, +)
        page.gauge(
            "unaccounted_deliveries",
            "Deliveries taken that are in no state; always 0.",
            [([], Double(ledger.taken - accounted + delivery.unaccounted))]
        )
    }

    private func process(_ page: inout MetricsPage) {
        let usage = ProcessUsage.now()
        page.counter(
            "process_cpu_seconds_total",
            "Processor time used, in seconds.",
            [([], usage.cpuSeconds)]
        )
        page.gauge(
            "process_resident_memory_bytes",
            "Resident memory.",
            [([], Double(usage.residentBytes))]
        )
        page.gauge(
            "process_virtual_memory_bytes",
            "Virtual memory.",
            [([], Double(usage.virtualBytes))]
        )
        page.gauge("process_open_fds", "Open descriptors.", [([], Double(usage.openDescriptors))])
        page.gauge("process_max_fds", "Most descriptors.", [([], Double(usage.maximumDescriptors))])
        page.gauge(
            "process_start_time_seconds",
            "When the process began, in Unix time.",
            [([], usage.startTime)]
        )
    }
}
