%% logger: levels, reports, metadata, filters, formatters, handlers of our own, error_logger.
%% pruned: unresolved
-module(logging).
-export([start/0, log/2, adding_handler/1, removing_handler/1, changing_config/3, report_cb/1, report_cb/2, filter/2]).
-include_lib("kernel/include/logger.hrl").

-define(P(X), begin sync(), io:format("~w ~tp~n", [?LINE, X]) end).

sync() -> timer:sleep(3), logger_std_h:filesync(default).

start() ->
    ?P(maps:with([level, handlers, filter_default], logger:get_primary_config())),
    [logger:log(L, "at ~p", [L]) || L <- [emergency, alert, critical, error, warning, notice, info, debug]],
    sync(),
    [logger:F("function ~ts", [F]) || F <- [emergency, alert, critical, error, warning, notice, info, debug]],
    sync(),
    logger:error("plain string"),
    logger:error("unicode \x{20ac}"),
    logger:error(#{1 => report, 2 => [n]}),
    logger:error([{a, 1}, {b, "text"}, other]),
    logger:error(#{what => cb}, #{report_cb => fun ?MODULE:report_cb/1}),
    logger:error(#{what => cb2}, #{report_cb => fun ?MODULE:report_cb/2}),
    logger:error("bad ~p ~p", [1]),
    logger:error("with meta", [], #{file => "x.erl", domain => [a, b]}),
    logger:notice("many~nlines~n~p", [lists:seq(1, 40)]),
    ?LOG_ERROR("macro ~p", [x]),
    ?LOG_WARNING("macro"),
    ?LOG(notice, #{macro => report}),
    ?LOG_INFO("not shown"),
    sync(),
    ?P(logger:allow(info, ?MODULE)),
    ?P(logger:set_primary_config(level, info)),
    ?P(logger:allow(info, ?MODULE)),
    logger:info("now shown"),
    logger:debug("not shown"),
    ?P(logger:set_module_level(?MODULE, debug)),
    ?LOG_DEBUG("shown by module level"),
    ?P(logger:get_module_level(?MODULE)),
    ?P(logger:unset_module_level(?MODULE)),
    ?LOG_DEBUG("not shown"),
    %% error_logger.
    error_logger:error_msg("old ~p~n", [error]),
    error_logger:warning_msg("old ~p~n", [warning]),
    error_logger:info_msg("old ~p~n", [info]),
    error_logger:error_report([{tag, data}, plain]),
    error_logger:error_report(type, [{tag, data}]),
    error_logger:warning_report("string"),
    error_logger:info_report(#{a => 1}),
    error_logger:format("format ~p", [x]),
    ?P(error_logger:get_format_depth()),
    ?P(logger:set_primary_config(level, notice)),
    %% Handlers.
    ?P(logger:get_handler_ids()),
    {ok, Default} = logger:get_handler_config(default),
    ?P(maps:with([id, module, level, filter_default], Default)),
    ?P([Id || {Id, _} <- maps:get(filters, Default)]),
    ?P(logger:add_handler(own, ?MODULE, #{config => self(), level => warning})),
    ?P(logger:add_handler(own, ?MODULE, #{})),
    ?P(logger:add_handler(other, no_such_module, #{})),
    ?P(logger:add_handler(bad, ?MODULE, #{level => nonsense})),
    ?P(logger:get_handler_ids()),
    logger:warning("to both ~p", [1], #{extra => yes}),
    ?P(got()),
    logger:notice("to default only"),
    ?P(got()),
    ?P(logger:set_handler_config(own, level, error)),
    ?P(logger:update_handler_config(own, #{level => notice})),
    logger:notice("to both again"),
    ?P(got()),
    ?P(logger:add_handler_filter(own, f, {fun ?MODULE:filter/2, stop_me})),
    logger:error(#{filtered => stop_me}),
    logger:error(#{filtered => pass}),
    ?P(got()),
    ?P(logger:remove_handler_filter(own, f)),
    ?P(logger:remove_handler_filter(own, f)),
    ?P(logger:add_primary_filter(all, {fun(E, _) -> E#{meta := maps:put(filtered, true, maps:get(meta, E))} end, []})),
    logger:error("filtered"),
    ?P(got()),
    ?P(logger:remove_primary_filter(all)),
    ?P(logger:remove_handler(own)),
    ?P(logger:remove_handler(own)),
    %% Metadata of the process.
    ?P(logger:set_process_metadata(#{who => me})),
    ?P(logger:update_process_metadata(#{more => 1})),
    ?P(logger:get_process_metadata()),
    ?P(logger:unset_process_metadata()),
    %% Formatters.
    ?P(logger:update_formatter_config(default, #{single_line => true, legacy_header => false, template => [level, " ", msg, " ", {who, [who], ["nobody"]}, "\n"]})),
    logger:error("single~nline ~p", [#{a => lists:seq(1, 30)}]),
    logger:error("who", [], #{who => "me"}),
    ?P(logger:update_formatter_config(default, #{max_size => 20})),
    logger:error("a very long line that is cut somewhere"),
    ?P(logger:update_formatter_config(default, #{chars_limit => 30, max_size => unlimited, depth => 5})),
    logger:error("~p", [lists:seq(1, 100)]),
    ?P([unicode:characters_to_list(logger_formatter:format(#{level => error, msg => Msg, meta => #{time => 0, pid => self(), mfa => {m, f, 1}, line => 3}}, Config))
        || Msg <- [{string, "s"}, {"f ~p", [1]}, {report, #{a => 1}}, {report, [{a, "b"}]}],
           Config <- [#{template => [level, ": ", msg]}, #{single_line => false, template => [msg, "|", mfa, line]}, #{template => [[meta, a], {[meta, b], ["x"], ["y"]}, msg]}]]),
    ?P(logger:compare_levels(error, info)),
    ?P(catch logger:log(nonsense, "x")),
    ?P(logger:set_primary_config(level, nonsense)),
    ?P(logger:timestamp() > 0),
    ?P(logger:format_report(#{1 => a, 2 => "x"})),
    ok.

got() -> receive {own, M} -> [M | got()] after 20 -> [] end.

log(#{level := L, msg := Msg, meta := Meta}, #{config := Pid}) ->
    Pid ! {own, {L, Msg, maps:with([extra, filtered], Meta)}}.

adding_handler(Config) -> io:format("adding ~p~n", [maps:get(id, Config)]), {ok, Config}.
removing_handler(Config) -> io:format("removing ~p~n", [maps:get(id, Config)]).
changing_config(Set, Old, New) -> io:format("changing ~p ~p ~p~n", [Set, maps:get(level, Old), maps:get(level, New, none)]), {ok, maps:merge(Old, New)}.

report_cb(#{what := W}) -> {"report_cb of ~p", [W]}.
report_cb(#{what := W}, Config) -> io_lib:format("report_cb of ~p ~p", [W, lists:sort(maps:keys(Config))]).

filter(#{msg := {report, #{filtered := X}}}, X) -> stop;
filter(_, _) -> ignore.
