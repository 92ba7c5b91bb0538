%% The part of run_pruned that runs beside the program. Calls nothing but BIFs and preloaded modules, because in mode
%% `bare` there may be nothing else.
-module(run_pruned_node).
-export([start/2, run/2]).

%% Seconds that a program may take.
-define(LIMIT, 120).

%% The end of the boot script: runs the program, leaves the outcome in a file, halts.
start(Program, ResultFile) ->
    %% The level `none` of logger_config, which is started by kernel: the log is off.
    persistent_term:put({logger_config, '$primary_config$'}, -1),
    Port = open_port({fd, 0, 1}, [binary, eof]),
    Outcome = run(Program, Port),
    ok = prim_file:write_file(ResultFile, term_to_binary(Outcome)),
    erlang:halt(0).

%% Calls Program:start() and waits for its end. Its output goes to a port, as bytes of UTF-8.
run(Program, Output) ->
    Leader = spawn_link(fun() -> leader(Output) end),
    port_connect(Output, Leader),
    {Pid, Monitor} = spawn_monitor(fun() ->
        group_leader(Leader, self()),
        exit(try Program:start() of
                 _ -> {?MODULE, ok}
             catch
                 Class:Reason:Stack -> {?MODULE, {failed, Class, Reason, Stack}}
             end)
    end),
    Outcome = receive
                  {'DOWN', Monitor, process, Pid, {?MODULE, Result}} -> Result;
                  {'DOWN', Monitor, process, Pid, Reason} -> {failed, exit, Reason, []}
              after ?LIMIT * 1000 -> {failed, exit, {no_end_after_seconds, ?LIMIT}, []}
              end,
    Leader ! {flush, self()},
    receive {flushed, Leader} -> Outcome end.

%% An I/O server (the I/O protocol of OTP's documentation) that writes UTF-8 and has no input.
leader(Output) ->
    receive
        {io_request, From, ReplyAs, Request} ->
            From ! {io_reply, ReplyAs, request(Request, Output)},
            leader(Output);
        {flush, From} ->
            From ! {flushed, self()},
            leader(Output);
        {Output, eof} ->
            %% Whoever started this emulator is gone.
            erlang:halt(3);
        _ ->
            leader(Output)
    end.

request({put_chars, Encoding, Chars}, Output) -> write(Encoding, Chars, Output);
request({put_chars, Encoding, M, F, A}, Output) ->
    try apply(M, F, A) of
        Chars -> write(Encoding, Chars, Output)
    catch
        _:Reason -> {error, Reason}
    end;
request({put_chars, Chars}, Output) -> write(latin1, Chars, Output);
request({put_chars, M, F, A}, Output) -> request({put_chars, latin1, M, F, A}, Output);
request({requests, Requests}, Output) -> requests(Requests, ok, Output);
request({setopts, _}, _) -> ok;
request(getopts, _) -> [{binary, true}, {encoding, unicode}];
request({get_geometry, _}, _) -> {error, enotsup};
request({Get, _, _}, _) when Get =:= get_chars; Get =:= get_line -> eof;
request({Get, _, _, _}, _) when Get =:= get_chars; Get =:= get_until -> eof;
request({get_until, _, _, _, _, _}, _) -> eof;
request(_, _) -> {error, request}.

requests([Request | Rest], ok, Output) -> requests(Rest, request(Request, Output), Output);
requests(_, Last, _) -> Last.

%% unicode:characters_to_binary/2 is a BIF; it gives UTF-8.
write(Encoding, Chars, Output) ->
    try unicode:characters_to_binary(Chars, Encoding) of
        Bytes when is_binary(Bytes) ->
            port_command(Output, Bytes),
            ok;
        Bad -> {error, {put_chars, Encoding, element(1, Bad)}}
    catch
        _:Reason -> {error, Reason}
    end.

