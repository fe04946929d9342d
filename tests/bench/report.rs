//! What was measured, as rows of Markdown to be pasted into `docs/performance.md` and `docs/security.md`.

use crate::scale::Scale;

/// The rows so far.
pub struct Report {
    scale: Scale,
    rows: Vec<String>,
}

impl Report {
    /// An empty report.
    pub fn new(scale: Scale) -> Self {
        Self { scale, rows: Vec::new() }
    }

    /// Adds a figure: what, what it should be, what it is, and whether that is met.
    pub fn row(&mut self, what: &str, target: &str, measured: &str, met: Option<bool>) {
        let verdict = match met {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "–",
        };
        eprintln!("  {what}: {measured} ({target}) {verdict}");
        self.rows.push(format!("| {what} | {target} | {measured} | {verdict} |"));
    }

    /// Prints the table and the machine it was measured on.
    pub fn print(&self) {
        println!(
            "\n{}; counts: {:?}{}\n",
            machine(),
            self.scale,
            if cfg!(debug_assertions) { "; debug build" } else { "" }
        );
        println!("| Figure | Target | Measured | |\n| --- | --- | --- | --- |");
        self.rows.iter().for_each(|row| println!("{row}"));
    }
}

fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu
        .lines()
        .find_map(|l| l.strip_prefix("model name"))
        .map_or("unknown processor", |l| l.trim_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    format!(
        "{cores} × {model}, Linux {}, load at the end {}",
        kernel.trim(),
        load.split(' ').next().unwrap_or_default()
    )
}
