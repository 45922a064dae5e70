//! `kill -9` while rebalances are written: what was acknowledged is whole, and nothing is half there.
#![expect(clippy::expect_used, reason = "without its store or its child a test can only fail")]

use domain::rebalance::Rebalance;
use futures::TryStreamExt;
use port_contracts::rebalance_builder;
use ports::{Direction, RebalanceSort, RebalanceSortKey, RebalanceStore, Slice};
use redb_adapter::{OpenError, RedbStore};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;

const CHILD_STORE: &str = "KILL_TEST_STORE";
const CHILD_FIRST: &str = "KILL_TEST_FIRST";
const THIS_TEST: &str = "a_killed_writer_leaves_every_acknowledged_rebalance_whole_and_no_half_one";
const BY_ID: RebalanceSort = RebalanceSort { key: RebalanceSortKey::Id, direction: Direction::Ascending };

/// The `n`th rebalance: every second one takes several transactions.
fn rebalance(n: u32) -> Rebalance {
    let portfolios = if n.is_multiple_of(2) { 1_200 } else { 20 };
    rebalance_builder(n).portfolios(0..portfolios).positions(2).build()
}

/// What the killed process does: it writes, and says so, until it is killed.
async fn write_until_killed(path: PathBuf, first: u32) {
    let store = RedbStore::open(path).expect("the store").rebalance_store();
    for n in first.. {
        say(&format!("begin {n}"));
        store.append(&rebalance(n)).await.expect("appended");
        say(&format!("ack {n}"));
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").and_then(|()| out.flush()).expect("the parent listens");
}

fn start(path: &Path, first: u32) -> (Child, Receiver<String>) {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", THIS_TEST, "--nocapture"])
        .env(CHILD_STORE, path)
        .env(CHILD_FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child");
    let out = BufReader::new(child.stdout.take().expect("its output"));
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    (child, lines)
}

async fn check(path: &Path, acknowledged: &BTreeSet<u32>, begun: u32) -> u32 {
    let file = RedbStore::open(path).expect("a killed process leaves a usable file");
    let store = file.rebalance_store();
    for n in acknowledged {
        let header = store.header(rebalance(*n).header.id).await.expect("read");
        assert_eq!(header, Some(rebalance(*n).header), "rebalance {n} was acknowledged");
    }
    let listed = store.list(None, BY_ID, Slice::ALL).await.expect("listed");
    for header in &listed.items {
        let rows: Vec<_> = store.portfolios(header.id, Slice::ALL).try_collect().await.expect("whole");
        let n = (1..=begun).find(|n| rebalance_builder(*n).build().header.id == header.id).expect("one of ours");
        assert!(rows == rebalance(n).portfolios, "rebalance {n} is visible and not whole");
    }
    u32::try_from(listed.total).expect("small")
}

#[tokio::test]
async fn a_killed_writer_leaves_every_acknowledged_rebalance_whole_and_no_half_one() {
    if let (Some(path), Some(first)) = (std::env::var_os(CHILD_STORE), std::env::var_os(CHILD_FIRST)) {
        let first = first.into_string().expect("a number").parse().expect("a number");
        return write_until_killed(path.into(), first).await;
    }
    let directory = TempDir::new().expect("a directory");
    let path = directory.path().join("store.redb");
    let (mut acknowledged, mut next, mut begun) = (BTreeSet::new(), 1, 0);
    for round in 0..8_u64 {
        let (mut child, lines) = start(&path, next);
        let mut record = |line: &str| {
            if let Some(n) = line.strip_prefix("ack ") {
                acknowledged.insert(n.parse::<u32>().expect("a number"));
            }
            if let Some(n) = line.strip_prefix("begin ") {
                begun = n.parse::<u32>().expect("a number");
            }
        };
        // Killed at another moment of another write each time: during the large one of two, a little later each round.
        let target = format!("begin {}", next + next % 2 + u32::try_from(round % 3).expect("small"));
        loop {
            let line = lines.recv_timeout(Duration::from_mins(1)).expect("the child goes on");
            record(&line);
            if line == target {
                break;
            }
        }
        assert!(matches!(RedbStore::open(&path), Err(OpenError::Locked { .. })), "the child has the file");
        while let Ok(line) = lines.recv_timeout(Duration::from_millis(round * 4)) {
            record(&line);
            if line.starts_with("ack ") {
                break;
            }
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        for line in &lines {
            record(&line);
        }
        let total = check(&path, &acknowledged, begun).await;
        let known = u32::try_from(acknowledged.len()).expect("small");
        assert!(total >= known && total <= known + u32::try_from(round).expect("small") + 1, "{total} of {known}");
        next = begun + 1;
    }
    assert!(acknowledged.len() >= 4, "the children got somewhere: {acknowledged:?}");
}
