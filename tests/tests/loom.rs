//! Some models of the concurrent protocol, with a small bound; all of them: `ci/loom`.

use std::path::Path;
use std::process::Command;

/// Those that are done in about a second.
const MODELS: &[&str] = &[
    "a_clone_drop",
    "a_keep",
    "a_fixed_rev",
    "b_move",
    "i_clone_in_lock",
    "c_unique",
    "c_weak",
    "c_two_parts",
    "c_new_cyclic",
    "d_final",
    "e_two",
    "e_buffer",
    "e_cycle",
    "e_lost",
    "f_two_collect",
    "f_two_buffers",
    "f_two_roots",
    "f_two_drops",
    "g_exit",
    "h_stop",
    "h_wake",
    "h_wake_stop",
    "j_get_mut",
    "j_get_mut_weak",
    "j_get_mut_weak2",
    "j_unwrap",
    "j_unwrap_weak",
    "j_into_inner",
    "j_into_inner_trace",
    "j_make_mut",
    "j_make_mut_drop",
    "j_make_mut_weak",
    "k_counted",
    "k_publish_edge",
    "l_load",
    "l_move",
    "l_hide",
    "m_panic",
    "t_clear_death",
    "t_first",
    "t_first_collect",
    "t_node_first",
    "t_remove",
    "t_unwrap",
    "v_clear",
    "v_collected",
    "v_death",
    "u_key_cut_off",
    "u_two_maps",
    "v_insert",
    "v_set_clear",
    "v_set_death",
    "v_two",
    "w_counted",
    "w_disarm",
    "w_cancelled",
    "w_collected",
    "w_collected_disarm",
    "w_unwrap",
    "w_hook_cancel",
    "w_hook_collected",
    "w_hook_collected_cancel",
    "w_hook_counted",
    "w_hook_fire",
    "w_hook_unwrap",
];

/// The same of those that look at a heap.
const INSPECT: &[&str] = &[
    "x_drop",
    "x_freeze_collect",
    "x_freeze_tie",
    "x_garbage",
    "x_garbage_drops",
    "x_get_mut",
    "x_get_mut_clone",
    "x_get_mut_edge",
    "x_get_mut_objects",
    "x_make_mut",
    "x_new",
    "x_objects",
    "x_referents",
    "x_show",
    "x_show_weak",
    "x_ties",
    "x_unwrap",
];

/// loom replaces the atomics by a cfg, so the models are built apart, in a folder beside the other
/// builds.
#[test]
#[cfg_attr(miri, ignore = "starts a process")]
fn models_pass_in_all_orders_with_two_preemptions() {
    if std::env::var_os("REFCYCLE_SKIP_LOOM").is_some() {
        println!("skipped: REFCYCLE_SKIP_LOOM is set");
        return;
    }
    all_pass(&["--tests"], MODELS);
    all_pass(&["--test", "x_inspect", "--features", "inspect"], INSPECT);
}

fn all_pass(which: &[&str], models: &[&str]) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("loom");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--release", "-p", "refcycle-loom"])
        .args(which)
        .args(["--", "--exact"])
        .args(models)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("RUSTFLAGS", "--cfg loom")
        .env("CARGO_TARGET_DIR", target)
        .env("LOOM_MAX_PREEMPTIONS", "2")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
    for model in models {
        assert!(said.contains(&format!("test {model} ... ok")), "{model} has not run:\n{said}");
    }
}
