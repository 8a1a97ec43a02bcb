/// The console's page: its frame alone, the script fills it.
///
/// Served from the binary; asks nothing of any other host. Without the script it still says where
/// the data is.
enum ConsoleMarkup {
    static let text = #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Deployment Relay</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/console.css">
        <script src="/console.js" defer></script>
        </head>
        <body>
        <a class="skip" href="#deliveries">Skip to the deliveries</a>
        <header>
        <h1>Deployment Relay</h1>
        <p id="link" role="status" aria-live="polite">connecting …</p>
        </header>
        <main>
        <noscript><p class="state bad">This page needs its script. The same data:
        <a href="/api/deliveries">deliveries</a>, <a href="/api/deployments">deployments</a>,
        <a href="/api/endpoints">GitLab</a>, <a href="/metrics">metrics</a>.</p></noscript>
        <section aria-labelledby="state-title">
        <h2 id="state-title" class="unseen">State</h2>
        <p id="state" class="state" role="status" aria-live="polite">Loading …</p>
        <ul id="held" class="held"></ul>
        <dl id="totals" class="totals"></dl>
        </section>
        <section aria-labelledby="history-title">
        <h2 id="history-title">Last six hours</h2>
        <div id="history"></div>
        </section>
        <section aria-labelledby="places-title">
        <h2 id="places-title">What runs where</h2>
        <div id="places"></div>
        </section>
        <section id="deliveries" aria-labelledby="deliveries-title">
        <h2 id="deliveries-title">Deliveries</h2>
        <form id="filters">
        <label>State <select name="state">
        <option value="">any</option><option>accepted</option><option>held</option>
        <option>delivered</option><option>superseded</option><option>dead</option>
        <option>dropped</option></select></label>
        <label>Project <input name="project" autocomplete="off"></label>
        <label>Environment <input name="environment" autocomplete="off"></label>
        <label>Since <input name="since" placeholder="24h" autocomplete="off" size="6"></label>
        <button>Show</button>
        </form>
        <p id="list-note" role="status" aria-live="polite"></p>
        <div class="scroll"><table id="list">
        <thead><tr><th scope="col">Delivery</th><th scope="col">State</th>
        <th scope="col">Status</th><th scope="col">Environment</th><th scope="col">Project</th>
        <th scope="col">Commit</th><th scope="col">Application</th><th scope="col">Received</th>
        <th scope="col">Reason</th></tr></thead><tbody></tbody>
        </table></div>
        <button id="more" type="button" hidden>Older ones</button>
        <details id="passed"><summary>Events that made no delivery</summary><ul></ul></details>
        </section>
        </main>
        <dialog id="detail" aria-labelledby="detail-title"></dialog>
        <dialog id="sign-in" aria-labelledby="sign-in-title">
        <form method="dialog">
        <h2 id="sign-in-title">Admin token</h2>
        <p>What changes something needs the relay's admin token (RELAY_ADMIN_TOKEN). It is kept until
        this tab is closed.</p>
        <label>Token <input id="token" type="password" autocomplete="off"></label>
        <p><button value="use">Use it</button> <button value="">Cancel</button></p>
        </form>
        </dialog>
        <footer><a href="/metrics">metrics</a> · <span id="version"></span></footer>
        </body>
        </html>

        """#
}
