/// The console's style sheet: light and dark, telephone to wide screen.
///
/// A colour never stands alone: each state has a sign and its name, each kind of bar its pattern.
enum ConsoleStyle {
    static let text = ConsoleText.leanStyle(frame + parts + narrow)

    /// Colours and the page as a whole.
    private static let frame = #"""
        :root {
          --back: #f7f7f5; --panel: #fff; --ink: #1c1e21; --dim: #565c64; --line: #d9dce0;
          --link: #0b57b0; --good: #17693a; --bad: #a8201a; --wait: #7a5200; --mark: #eef3fa;
          color-scheme: light dark;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #15171a; --panel: #1d2024; --ink: #e7e9ec; --dim: #a8afb8; --line: #3a4048;
            --link: #8ab8f5; --good: #7fd6a0; --bad: #ff9a92; --wait: #e8c170; --mark: #262d36;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        body {
          margin: 0 auto; max-width: 100rem; padding: 0 1.25rem 2rem; background: var(--back);
          color: var(--ink); font: 15px/1.45 system-ui, sans-serif;
        }
        header { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .8rem;
          padding: .6rem 0; }
        header p { margin: 0 0 0 auto; color: var(--dim); }
        h1 { font-size: 1.3rem; margin: 0; }
        h2 { font-size: 1.05rem; margin: 1.4rem 0 .5rem; }
        h3 { font-size: .95rem; margin: 1.1rem 0 .3rem; }
        a { color: var(--link); }
        .skip, .unseen { position: absolute; left: -99rem; }
        .skip:focus { left: 1rem; top: .5rem; background: var(--panel); padding: .4rem;
          z-index: 1; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        section:focus { outline: 0; }
        .halves { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 1.5rem; }
        @media (min-width: 68rem) {
          .halves { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
        }
        input, select, button { font: inherit; color: inherit; background: var(--panel);
          border: 1px solid var(--dim); padding: .3rem .6rem; border-radius: 4px; }
        ::placeholder { color: var(--dim); opacity: 1; }
        button { cursor: pointer; min-height: 2.1rem; }
        button[aria-pressed=true] { background: var(--ink); color: var(--back); }
        button.main { background: var(--link); border-color: var(--link); color: var(--panel);
          font-weight: 600; }
        form { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: end;
          margin: 0 0 .5rem; }
        label { color: var(--dim); }
        label input, label select { color: var(--ink); }
        #filters input { width: 12rem; max-width: 100%; }
        #filters input[name=since] { width: 8.5rem; }
        #finder label { flex: 1; display: flex; gap: .5rem; align-items: center; }
        #finder input { flex: 1; min-width: 0; }
        footer { margin-top: 2rem; color: var(--dim); display: flex; gap: 1rem; }

        """#

    /// State, tables, a delivery's page, chart.
    private static let parts = #"""
        .state { padding: .7rem .9rem; margin: .3rem 0; background: var(--panel);
          border: 1px solid var(--line); border-left: .45rem solid var(--dim);
          overflow-wrap: anywhere; }
        .state strong { font-size: 1.2rem; display: block; }
        .state p { margin: .25rem 0 0; }
        .state.good { border-left-color: var(--good); }
        .state.bad { border-color: var(--bad); }
        .state.wait { border-left-color: var(--wait); }
        .old { opacity: .65; }
        .held { list-style: none; padding: 0; margin: 0; }
        .held li { padding: .6rem .9rem; margin: .4rem 0; background: var(--panel);
          border: 1px solid var(--bad); overflow-wrap: anywhere; }
        .held strong { display: block; }
        .held p { margin: .2rem 0 0; }
        .totals { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin: .6rem 0 0; padding: 0;
          list-style: none; }
        .totals .none .tag { color: inherit; font-weight: 400; }
        time { white-space: nowrap; }
        .totals b { font-variant-numeric: tabular-nums; }
        .totals .gitlab { margin-left: auto; }
        .scroll { overflow-x: auto; }
        .tall { max-height: 27rem; overflow-y: auto; }
        table { border-collapse: collapse; width: 100%; background: var(--panel); }
        th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
          vertical-align: top; }
        thead th { color: var(--dim); font-weight: 600; white-space: nowrap; }
        .tall thead th { position: sticky; top: 0; background: var(--panel); }
        td, tbody th { overflow-wrap: anywhere; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
        #places .group th { background: var(--mark); font-weight: 600; }
        #list tbody tr:hover { background: var(--mark); }
        #list td.reason { min-width: 14rem; }
        #list td.place { min-width: 13rem; }
        #list td.narrow { white-space: nowrap; }
        .dim { color: var(--dim); }
        .tag { white-space: nowrap; font-weight: 600; }
        .good > b, .tag.good { color: var(--good); }
        .tag.bad { color: var(--bad); }
        .tag.wait { color: var(--wait); }
        .mistake { color: var(--bad); font-weight: 600; }
        .mistake:empty, #list-note:empty, #places-note:empty { display: none; }
        code, pre { font: 13px/1.45 ui-monospace, monospace; }
        pre { background: var(--back); border: 1px solid var(--line); padding: .6rem;
          margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem;
          overflow: auto; }
        details { margin-top: .8rem; }
        summary { cursor: pointer; color: var(--link); }
        dialog { width: min(64rem, 96vw); max-height: 94vh; overflow: auto; color: var(--ink);
          background: var(--panel); border: 1px solid var(--dim); padding: 0 1.2rem 1.2rem; }
        dialog::backdrop { background: rgb(0 0 0 / .5); }
        #sign-in { width: min(30rem, 96vw); }
        #sign-in form { display: block; }
        #sign-in input { width: 100%; margin-top: .2rem; }
        .bar { display: flex; gap: .6rem; align-items: center; justify-content: space-between;
          position: sticky; top: 0; padding: .7rem 0; background: var(--panel);
          border-bottom: 1px solid var(--line); z-index: 1; }
        .bar h2 { margin: 0; overflow-wrap: anywhere; }
        .facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem;
          margin: .8rem 0; }
        .facts dt { color: var(--dim); }
        .facts dd { margin: 0; overflow-wrap: anywhere; }
        .buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin: .6rem 0; }
        .box { border: 1px solid var(--line); border-left: .45rem solid var(--link);
          padding: .2rem .9rem .6rem; margin: .6rem 0; }
        .steps { padding-left: 1.4rem; }
        .steps li { margin: .3rem 0; overflow-wrap: anywhere; }
        #chart svg { display: block; width: 100%; background: var(--panel); }
        #chart svg text { fill: var(--dim); font: 12px system-ui, sans-serif; }
        .axis { stroke: var(--line); }
        .delivered { fill: var(--good); } .dead { fill: var(--bad); }
        .superseded { fill: var(--panel); stroke: var(--wait); }
        .hatch { stroke: var(--wait); stroke-width: 2; }
        .cross { stroke: var(--bad); stroke-width: 1.8; fill: none; }
        .tries { stroke: var(--bad); stroke-width: 1.6; }
        .span { stroke: var(--link); stroke-width: 1.6; }
        .mean { fill: var(--link); }
        .cursor { stroke: var(--ink); stroke-dasharray: 2 2; }
        .key { display: flex; flex-wrap: wrap; gap: .1rem 1rem; margin: .4rem 0 0; padding: 0;
          list-style: none; }
        .key svg { display: inline-block !important; width: 14px !important; height: 14px;
          vertical-align: -2px; margin-right: .3rem; }
        #readout { min-height: 1.5em; margin: .3rem 0; }

        """#

    /// A telephone: each row is a card, its cells say their names where they need one.
    private static let narrow = #"""
        @media (max-width: 44rem) {
          body { padding: 0 .7rem 2rem; }
          .tall { max-height: none; }
          #list thead, #places thead { position: absolute; left: -99rem; }
          #list tbody tr { display: flex; flex-wrap: wrap; gap: .05rem .7rem; padding: .55rem .5rem;
            border-bottom: 1px solid var(--line); }
          #list td { border: 0; padding: 0; }
          #list td:empty { display: none; }
          #list td.place { min-width: 0; }
          #list td.same { display: none; }
          #list td.reason { min-width: 100%; color: var(--dim); }
          #list td:nth-child(-n+3) { order: -2; }
          #list td.end { order: -1; margin-left: auto; }
          #places, #places thead, #places tbody { display: block; }
          #places tr { display: block; border-bottom: 1px solid var(--line); padding: .3rem .5rem; }
          #places th, #places td { display: block; border: 0; padding: .1rem 0; }
          #places .group { padding: 0; }
          #places .group th { padding: .35rem .5rem; }
          #places td.nothing { display: none; }
          #places td[data-name] > div:first-child { display: inline; }
          h1 { font-size: 1.1rem; }
          header h1 { flex-basis: 100%; }
          header p { margin: 0 auto 0 0; }
          #places td[data-name]::before { content: attr(data-name) ": "; color: var(--dim); }
          .totals .gitlab { margin-left: 0; }
          .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
          .facts dd { margin-bottom: .35rem; }
          #filters label { flex: 1 1 9rem; }
          #filters input, #filters select, #filters input[name=since] { width: 100%; }
          dialog { width: 100vw; max-width: 100vw; height: 100dvh; max-height: 100dvh; margin: 0;
            border: 0; padding: 0 .8rem .8rem; }
          #sign-in { height: fit-content; margin: auto; }
        }
        @media (forced-colors: active) {
          .delivered, .mean { fill: CanvasText; } .dead { fill: CanvasText; }
          .superseded { fill: Canvas; stroke: CanvasText; }
          .hatch, .cross, .tries, .span { stroke: CanvasText; }
        }

        """#
}
