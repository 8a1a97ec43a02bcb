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
        <p id="link" role="status">… connecting</p>
        <button id="pause" type="button" aria-pressed="false">Pause</button>
        <button id="sign" type="button" hidden>Sign in</button>
        </header>
        <main>
        <noscript><p class="state bad">This page needs its script. The same data:
        <a href="/api/deliveries">deliveries</a>, <a href="/api/deployments">deployments</a>,
        <a href="/api/endpoints">GitLab</a>, <a href="/metrics">metrics</a>.</p></noscript>
        <section aria-labelledby="state-title">
        <h2 id="state-title" class="unseen">Is all well?</h2>
        <div id="lost" class="state bad" role="alert" hidden></div>
        <p id="told" class="unseen" role="status"></p>
        <div id="state" class="state">
        <strong>Loading …</strong></div>
        <ul id="held" class="held" aria-label="What somebody must mend"></ul>
        <ul id="totals" class="totals" aria-label="Deliveries by state"></ul>
        </section>
        <div class="halves">
        <section aria-labelledby="places-title">
        <h2 id="places-title">What runs where</h2>
        <form id="finder" role="search"><label>Find <input name="find" type="search"
        placeholder="commit, application, project, environment" autocomplete="off"
        spellcheck="false"></label></form>
        <p id="places-note" role="status">Loading …</p>
        <div class="scroll tall" role="region" aria-labelledby="places-title" tabindex="0">
        <table id="places" role="table" hidden><thead role="rowgroup"><tr role="row">
        <th scope="col" role="columnheader">Environment</th>
        <th scope="col" role="columnheader">Current</th>
        <th scope="col" role="columnheader">In progress, or the last try</th>
        </tr></thead></table></div>
        </section>
        <section aria-labelledby="chart-title">
        <h2 id="chart-title">The last six hours</h2>
        <div id="chart"><p>Loading …</p></div>
        </section>
        </div>
        <section id="deliveries" aria-labelledby="deliveries-title" tabindex="-1">
        <h2 id="deliveries-title">Deliveries</h2>
        <form id="filters" aria-label="Filters">
        <label>State <select name="state">
        <option value="">any</option><option>accepted</option><option>held</option>
        <option>delivered</option><option>superseded</option><option>dead</option>
        <option>dropped</option></select></label>
        <label>Project <input name="project" list="projects" autocomplete="off"></label>
        <label>Environment <input name="environment" list="environments" autocomplete="off"></label>
        <label>Since <input name="since" placeholder="90m, 24h, 7d" autocomplete="off"
        size="8"></label>
        <button>Show</button> <button id="all" type="button" hidden>Show all</button>
        <datalist id="projects"></datalist><datalist id="environments"></datalist>
        </form>
        <p id="list-note" role="status">Loading …</p>
        <div class="scroll"><table id="list" role="table" hidden>
        <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Delivery</th>
        <th scope="col" role="columnheader">State</th>
        <th scope="col" role="columnheader">Says</th>
        <th scope="col" role="columnheader">Environment</th>
        <th scope="col" role="columnheader">Commit</th>
        <th scope="col" role="columnheader">Application</th>
        <th scope="col" role="columnheader">Received</th>
        <th scope="col" role="columnheader">Reason</th></tr></thead><tbody role="rowgroup"></tbody>
        </table></div>
        <button id="more" type="button" hidden>Older ones</button>
        <details id="passed"><summary>Events that made no delivery</summary><ul></ul></details>
        </section>
        </main>
        <dialog id="detail" aria-labelledby="detail-title"></dialog>
        <dialog id="sign-in" aria-labelledby="sign-in-title">
        <form>
        <h2 id="sign-in-title">Sign in</h2>
        <p id="why"></p>
        <p>The admin token is what RELAY_ADMIN_TOKEN, or the file of RELAY_ADMIN_TOKEN_FILE, holds.
        This tab keeps it until it is closed.</p>
        <label for="token">Admin token</label>
        <input id="token" type="password" autocomplete="off" required>
        <p id="token-note" class="mistake" role="alert"></p>
        <p><button class="main">Sign in</button>
        <button id="no-sign" type="button">Cancel</button></p>
        </form>
        </dialog>
        <footer><a href="/metrics">metrics</a> <span id="version"></span></footer>
        </body>
        </html>

        """#
}
