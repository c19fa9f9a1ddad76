//! Random programs against an oracle that knows reachability and nothing of collectors.
//!
//! `PROPTEST_CASES` sets how many are run. A failure is shrunk and printed as a program; add it to the
//! named cases at the end.

use proptest::collection::vec;
use proptest::prelude::*;
use refcycle_tests::law;
use refcycle_tests::oracle::Kind;
use refcycle_tests::world::{Op, Program, run};
use std::sync::Arc;

/// A few seconds' worth of programs in a debug build, unless `PROPTEST_CASES` says otherwise.
fn config(cases: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if asked { config.cases } else { cases };
    ProptestConfig {
        cases: if cfg!(miri) { 4 } else { cases },
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..config
    }
}

fn check(program: Program) {
    // Kept here, so that it is not the law's thread that frees it.
    let program = Arc::new(program);
    let its = Arc::clone(&program);
    law(move || run(&its));
}

fn op() -> impl Strategy<Value = Op> {
    any::<[u8; 3]>().prop_map(Op::decode)
}

fn scripts() -> impl Strategy<Value = Vec<Vec<Op>>> {
    vec(vec(script_op(), 0..5), 0..7)
}

/// What makes a script interesting is what it does to its own value.
fn script_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        op(),
        any::<u8>().prop_map(Op::Stash),
        any::<u8>().prop_map(Op::Give),
        any::<(u8, u8)>().prop_map(|(a, b)| Op::Pass(a, b)),
        any::<u8>().prop_map(Op::Upgrade),
        any::<u8>().prop_map(Op::Drop),
        Just(Op::Sever),
        Just(Op::Save),
        Just(Op::Panic),
        Just(Op::Collect),
    ]
}

/// Any operations in any order, under any policy.
fn anything(len: usize) -> impl Strategy<Value = Program> {
    (any::<u8>(), vec(op(), 0..len), scripts()).prop_map(|(policy, mut ops, scripts)| {
        ops.insert(0, Op::SetPolicy(policy));
        Program { ops, scripts }
    })
}

/// Operations that change the graph, with steps of full collections in between.
fn steps(len: usize) -> impl Strategy<Value = Program> {
    let made = (prop_oneof![Just(Kind::Plain), Just(Kind::Plain), Just(Kind::Fixed)], any::<u8>())
        .prop_map(|(kind, edges)| Op::New(kind, 0, edges));
    let change = any::<(u8, u8, u8)>().prop_map(|(which, a, b)| match which % 10 {
        0 | 1 => Op::Link(a, b),
        2 | 3 => Op::Move(a, b),
        4 => Op::Unlink(a, b),
        5 => Op::Swap(a, b),
        6 => Op::Take(a, b),
        7 => Op::Follow(a, b),
        8 => Op::GetMut(a, b),
        _ => Op::Rewrap(a),
    });
    let one = prop_oneof![
        2 => made,
        4 => change,
        2 => any::<u8>().prop_map(Op::Drop),
        2 => any::<u8>().prop_map(Op::Tick),
        1 => op(),
    ];
    (4..8_u8, vec(one, 0..len), scripts()).prop_map(|(policy, mut ops, scripts)| {
        ops.insert(0, Op::SetPolicy(policy));
        Program { ops, scripts }
    })
}

/// Builds a dense graph, lets go of it, collects: most of what is built becomes garbage at once.
fn garbage() -> impl Strategy<Value = Program> {
    let node = (0..6_usize, any::<(u8, u8)>())
        .prop_map(|(kind, (script, edges))| Op::New(Kind::ALL[kind], script, edges));
    let link = any::<(u8, u8, bool)>()
        .prop_map(|(from, to, copy)| if copy { Op::Link(from, to) } else { Op::Move(from, to) });
    let weak = prop_oneof![
        any::<u8>().prop_map(Op::Downgrade),
        any::<(u8, u8)>().prop_map(|(n, script)| Op::Watch(n, script)),
    ];
    let end = prop_oneof![Just(Op::Collect), Just(Op::CollectYoung)];
    let round = (vec(node, 1..8), vec(link, 1..16), vec(weak, 0..4), vec(op(), 0..4), end);
    (vec(round, 1..4), scripts()).prop_map(|(rounds, scripts)| {
        let mut ops = Vec::new();
        for (nodes, links, weaks, others, end) in rounds {
            let let_go = nodes.len();
            ops.extend(nodes.into_iter().chain(links).chain(weaks).chain(others));
            ops.extend((0..let_go).map(|n| Op::Drop(n as u8)));
            ops.push(end);
        }
        Program { ops, scripts }
    })
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn anything_goes(program in anything(60)) {
        check(program);
    }

    #[test]
    fn long_programs(program in anything(300)) {
        check(program);
    }

    #[test]
    fn in_steps(program in steps(200)) {
        check(program);
    }

    #[test]
    fn much_garbage(program in garbage()) {
        check(program);
    }

    #[test]
    fn whatever_the_fuzzer_says(program in vec(any::<u8>(), 0..300).prop_map(|bytes| Program::decode(&bytes))) {
        check(program);
    }
}

// --- named cases -------------------------------------------------------------------------------------

#[test]
fn a_callback_panics_in_make_mut() {
    check(Program {
        ops: vec![Op::New(Kind::Plain, 0, 0), Op::Watch(0, 1), Op::MakeMut(0)],
        scripts: vec![vec![Op::Panic]],
    });
}

#[test]
fn a_drop_saves_a_plain_object_that_leads_to_a_doomed_one() {
    // The first doomed one holds a fixed one, which holds the second doomed one.
    check(Program {
        ops: vec![
            Op::New(Kind::Doomed, 0, 0),
            Op::New(Kind::Fixed, 0, 0),
            Op::New(Kind::Doomed, 1, 0),
            Op::Link(0, 2),
            Op::Link(2, 1),
            Op::Drop(0),
            Op::Drop(0),
            Op::Drop(0),
            Op::Collect,
            Op::Collect,
        ],
        scripts: vec![vec![], vec![Op::Stash(0)]],
    });
}

#[test]
fn a_whole_chain_saves_itself_while_it_is_dropped() {
    check(Program {
        ops: vec![
            Op::SetPolicy(1),
            Op::Chain(Kind::Both, 1),
            Op::Chain(Kind::Doomed, 2),
            Op::Move(0, 1),
            Op::Drop(0),
            Op::Collect,
        ],
        scripts: vec![
            vec![Op::Save, Op::Stash(0), Op::Collect],
            vec![Op::Stash(0), Op::New(Kind::Plain, 0, 0), Op::CollectYoung],
        ],
    });
}
