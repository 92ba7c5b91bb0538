//! Projects, as their users build and run them: with the real rebar3 and mix, and a command that stands in for gleam's;
//! their settings, budgets, secrets, and what is not done twice.

#[path = "project/bench.rs"]
mod bench;
#[path = "project/build.rs"]
mod build;
#[path = "project/commands.rs"]
mod commands;
#[path = "project/languages.rs"]
mod languages;
#[path = "project/settings.rs"]
mod settings;

use emberl_tests::tools::{Tool, needs};
use libtest_mimic::{Arguments, Trial};

const ERLANG: [Tool; 2] = [Tool::Erl, Tool::Rebar3];
const OTP: [Tool; 2] = [Tool::Erl, Tool::Erlc];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("settings::every_fault_has_its_line_and_cure", settings::faults),
        Trial::test("settings::secrets_do_not_belong_in_the_file", settings::secrets),
        Trial::test("settings::config_tells_where_values_come_from", settings::config),
        Trial::test("commands::without_a_project_the_command_line_is_at_fault", commands::no_project),
    ];
    if cfg!(unix) {
        trials.extend([
            Trial::test("languages::a_missing_build_tool_is_told_with_its_cure", languages::missing),
            needs(&ERLANG, "languages::erlang_with_a_dependency", languages::erlang),
            needs(&[Tool::Elixirc], "languages::elixir_with_protocols", languages::elixir),
            needs(&[Tool::Erlc], "languages::gleam", languages::gleam),
            needs(&ERLANG, "build::nothing_changed_is_nothing_done", build::unchanged),
            needs(&OTP, "build::every_change_is_seen", build::changes),
            needs(&ERLANG, "build::the_library_is_taken_as_far_as_it_is_asked", build::library),
            needs(&OTP, "build::faults_leave_the_old_pack", build::faults),
            needs(&ERLANG, "build::sources_are_named_as_they_are_found", build::sources),
            needs(&OTP, "build::budgets_are_held", build::budgets),
            needs(&OTP, "build::wifi_is_packed_with_a_warning", build::wifi),
            needs(&OTP, "build::files_packs_and_what_is_kept", build::contents),
            needs(&ERLANG, "build::a_source_of_its_modules_second_is_compiled", build::same_second),
            needs(&ERLANG, "commands::run_uses_the_project", commands::run),
            needs(&ERLANG, "commands::why_tells_what_keeps_the_librarys_functions", commands::why),
            needs(&ERLANG, "commands::sbom_tells_versions", commands::sbom),
            needs(&OTP, "commands::image_of_a_project", commands::image),
            needs(&OTP, "commands::flash_builds_first", commands::flash),
            needs(&OTP, "commands::watch_builds_and_runs_again", commands::watch),
        ]);
    }
    libtest_mimic::run(&arguments, trials).exit();
}
