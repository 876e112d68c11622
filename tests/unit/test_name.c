#include <string.h>

#include "gotest/name.h"
#include "unit.h"

static const struct {
	const char *function;
	const char *package, *outermost, *normal;
} names[] = {
	/* As Go 1.22 to 1.27 print them. */
	{ "example.com/m.TestA", "example.com/m", "TestA", "example.com/m.TestA" },
	{ "example.com/m.TestA.func1", "example.com/m", "TestA", "example.com/m.TestA.func" },
	{ "example.com/m.TestA.func1.2", "example.com/m", "TestA", "example.com/m.TestA.func" },
	{ "example.com/m_test.TestB.func1", "example.com/m_test", "TestB",
	  "example.com/m_test.TestB.func" },
	{ "main.main", "main", "main", "main.main" },
	{ "main.init.0.func1", "main", "init.0", "main.init.0.func" },
	{ "a.b/foo%2ev2.init.1", "a.b/foo%2ev2", "init.1", "a.b/foo.v2.init.1" },
	{ "a.b/foo%2ev2.init.func1", "a.b/foo%2ev2", "init", "a.b/foo.v2.init.func" },
	{ "a.b/c.glob..func1", "a.b/c", "glob.", "a.b/c.glob.func" },
	{ "a.b/c.(*T).Ptr", "a.b/c", "(*T).Ptr", "a.b/c.(*T).Ptr" },
	{ "a.b/c.(*T).Ptr-fm", "a.b/c", "(*T).Ptr", "a.b/c.(*T).Ptr" },
	{ "a.b/c.(*T).Ptr.func1.1", "a.b/c", "(*T).Ptr", "a.b/c.(*T).Ptr.func" },
	{ "a.b/c.(*T).Ptr.(*T).Ptr.func1.func2", "a.b/c", "(*T).Ptr", "a.b/c.(*T).Ptr.func" },
	{ "a.b/foo%252ev2.(*T).Ptr.func1.func1", "a.b/foo%252ev2", "(*T).Ptr",
	  "a.b/foo.v2.(*T).Ptr.func" },
	{ "a.b/c.(*T).Ptr.gowrap1", "a.b/c", "(*T).Ptr", "a.b/c.(*T).Ptr" },
	{ "a.b/c.(*T).func1", "a.b/c", "(*T).func1", "a.b/c.(*T).func1" },
	{ "a.b/c.(*T).func1.func1", "a.b/c", "(*T).func1", "a.b/c.(*T).func1.func" },
	{ "a.b/c.T.Val", "a.b/c", "T.Val", "a.b/c.T.Val" },
	{ "a.b/c.T.Val-fm", "a.b/c", "T.Val", "a.b/c.T.Val" },
	{ "a.b/c.T.Val.func1", "a.b/c", "T.Val", "a.b/c.T.Val.func" },
	{ "a.b/c.T.Val.T.Val.func1.func2", "a.b/c", "T.Val", "a.b/c.T.Val.func" },
	{ "a.b/c.func1", "a.b/c", "func1", "a.b/c.func1" },
	{ "a.b/c.func1.func1", "a.b/c", "func1", "a.b/c.func1.func" },
	{ "a.b/c.All.func3.deferwrap2", "a.b/c", "All", "a.b/c.All.func" },
	{ "a.b/c.All-range1", "a.b/c", "All", "a.b/c.All" },
	{ "a.b/c.All-range1.1", "a.b/c", "All", "a.b/c.All.func" },
	{ "a.b/c.All.func4-range1", "a.b/c", "All", "a.b/c.All.func" },
	{ "a.b/c.All.(*T).Run.func2", "a.b/c", "All", "a.b/c.All.(*T).Run.func" },
	{ "a.b/c.All.small.func6", "a.b/c", "All.small", "a.b/c.All.small.func" },
	{ "a.b/c.TestAll.small.func6", "a.b/c", "TestAll", "a.b/c.TestAll.small.func" },
	{ "a.b/c.Tester.small.func6", "a.b/c", "Tester.small", "a.b/c.Tester.small.func" },
	{ "a.b/c.F[...].func1.1", "a.b/c", "F[...]", "a.b/c.F[...].func" },
	{ "a.b/c.F[go.shape.map[string][]example.com/x.T,go.shape.int].func1", "a.b/c",
	  "F[go.shape.map[string][]example.com/x.T,go.shape.int]", "a.b/c.F[...].func" },
	{ "a.b/c.(*G[go.shape.struct { e.f/x.K int }]).M.func1", "a.b/c",
	  "(*G[go.shape.struct { e.f/x.K int }]).M", "a.b/c.(*G[...]).M.func" },
	{ "a.b/c.G[...].V.gowrap1", "a.b/c", "G[...].V", "a.b/c.G[...].V" },
	{ "a.b/c.G[int].M[string].func1", "a.b/c", "G[int].M[string]", "a.b/c.G[...].M[...].func" },
	{ "vendor/golang.org/x/net/http2.F", "vendor/golang.org/x/net/http2", "F",
	  "golang.org/x/net/http2.F" },
	{ "a.b/c/vendor/d.e/f.G", "a.b/c/vendor/d.e/f", "G", "d.e/f.G" },
	{ "command-line-arguments.TestX.func1", "command-line-arguments", "TestX",
	  "command-line-arguments.TestX.func" },
	{ "panic", "", "panic", "panic" },
	{ "_rt0_amd64_linux", "", "_rt0_amd64_linux", "_rt0_amd64_linux" },
	{ "", "", "", "" },
	/* Known goroutines. */
	{ "go.opencensus.io/stats/view.(*worker).start", "go.opencensus.io/stats/view",
	  "(*worker).start", "go.opencensus.io/stats/view.(*worker).start" },
	{ "k8s.io/klog/v2.(*loggingT).flushDaemon", "k8s.io/klog/v2", "(*loggingT).flushDaemon",
	  "k8s.io/klog.(*loggingT).flushDaemon" },
	{ "gopkg.in/natefinch/lumberjack%2ev2.(*Logger).mill.func1",
	  "gopkg.in/natefinch/lumberjack%2ev2", "(*Logger).mill",
	  "gopkg.in/natefinch/lumberjack.v2.(*Logger).mill.func" },
	{ "go.etcd.io/etcd/client/pkg/v3/logutil.(*MergeLogger).outputLoop",
	  "go.etcd.io/etcd/client/pkg/v3/logutil", "(*MergeLogger).outputLoop",
	  "go.etcd.io/etcd/client/pkg/logutil.(*MergeLogger).outputLoop" },
	{ "go.etcd.io/etcd/client/v3.(*watchGrpcStream).waitCancelSubstreams.func1.1",
	  "go.etcd.io/etcd/client/v3", "(*watchGrpcStream).waitCancelSubstreams",
	  "go.etcd.io/etcd/client.(*watchGrpcStream).waitCancelSubstreams.func" },
	{ "k8s.io/client-go/util/workqueue.(*Typed[...]).updateUnfinishedWorkLoop",
	  "k8s.io/client-go/util/workqueue", "(*Typed[...]).updateUnfinishedWorkLoop",
	  "k8s.io/client-go/util/workqueue.(*Typed[...]).updateUnfinishedWorkLoop" },
	{ "github.com/hashicorp/golang-lru/v2/expirable.NewLRU[...].func1",
	  "github.com/hashicorp/golang-lru/v2/expirable", "NewLRU[...]",
	  "github.com/hashicorp/golang-lru/expirable.NewLRU[...].func" },
	{ "github.com/tikv/client-go/v2/config/retry.(*Config).createBackoffFn.newBackoffFn.func2",
	  "github.com/tikv/client-go/v2/config/retry", "(*Config).createBackoffFn",
	  "github.com/tikv/client-go/config/retry.(*Config).createBackoffFn.newBackoffFn.func" },
	{ "github.com/nats-io/nats%2ego.(*Conn).flusher", "github.com/nats-io/nats%2ego",
	  "(*Conn).flusher", "github.com/nats-io/nats.go.(*Conn).flusher" },
	{ "github.com/eclipse/paho%2emqtt%2egolang.keepalive",
	  "github.com/eclipse/paho%2emqtt%2egolang", "keepalive",
	  "github.com/eclipse/paho.mqtt.golang.keepalive" },
	{ "k8s.io/apiserver/pkg/storage/storagebackend/factory.newETCD3Check.func2",
	  "k8s.io/apiserver/pkg/storage/storagebackend/factory", "newETCD3Check",
	  "k8s.io/apiserver/pkg/storage/storagebackend/factory.newETCD3Check.func" },
	{ "vitess.io/vitess/go/vt/dbconfigs.init.0.func1", "vitess.io/vitess/go/vt/dbconfigs",
	  "init.0", "vitess.io/vitess/go/vt/dbconfigs.init.0.func" },
	{ "github.com/letsencrypt/pebble/va.VAImpl.processTasks",
	  "github.com/letsencrypt/pebble/va", "VAImpl.processTasks",
	  "github.com/letsencrypt/pebble/va.VAImpl.processTasks" },
	{ "github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck",
	  "github.com/jackc/pgx/v5/pgxpool", "(*Pool).backgroundHealthCheck",
	  "github.com/jackc/pgx/pgxpool.(*Pool).backgroundHealthCheck" },
	{ "k8s.io/api/core/v1.F", "k8s.io/api/core/v1", "F", "k8s.io/api/core/v1.F" },
	{ "a.b/v0/c.F", "a.b/v0/c", "F", "a.b/v0/c.F" },
	{ "k8s.io/api/apps/v2beta1.F", "k8s.io/api/apps/v2beta1", "F",
	  "k8s.io/api/apps/v2beta1.F" },
	/* Written by hand, without escapes: equal to what Go prints, and stable. */
	{ "gopkg.in/natefinch/lumberjack.v2.(*Logger).mill.func1", "gopkg.in/natefinch/lumberjack",
	  "v2", "gopkg.in/natefinch/lumberjack.v2.(*Logger).mill.func" },
	/* Damage. */
	{ "a.b/c.F[int", "a.b/c", "F[int", "a.b/c.F[int" },
	{ "a.b/c.(*T", "a.b/c", "(*T", "a.b/c.(*T" },
	{ "a.b/c%.F", "a.b/c%", "F", "a.b/c%.F" },
	{ "a.b/c%2.F", "a.b/c%2", "F", "a.b/c%2.F" },
	{ "a.b/c%0a.F", "a.b/c%0a", "F", "a.b/c%0a.F" },
	{ "a.b/c.", "a.b/c", "", "a.b/c." },
};

static void takes_names_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *f = names[i].function;
		struct str package = name_package(f), top = name_outermost(f);

		if (!str_is(package, names[i].package) || !str_is(top, names[i].outermost))
			fail_msg("%s: package %.*s, outermost %.*s", f, (int)package.n, package.p,
				 (int)top.n, top.p);
		if (package.n)
			assert_ptr_equal(name_local(f).p, f + package.n + 1);
		assert_true(top.p >= f && top.p + top.n <= f + strlen(f));
	}
}

static void normalises_names(void **state)
{
	AUTO_BUF once = { 0 };
	AUTO_BUF twice = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		buf_reset(&once);
		buf_reset(&twice);
		name_normalise(&once, names[i].function);
		name_normalise(&twice, buf_str(&once));
		if (strcmp(buf_str(&once), names[i].normal) != 0 ||
		    strcmp(buf_str(&twice), names[i].normal) != 0)
			fail_msg("%s: %s, again %s, not %s", names[i].function, buf_str(&once),
				 buf_str(&twice), names[i].normal);
	}
}

static void knows_the_standard_library(void **state)
{
	static const char *const std[] = {
		"net/http.(*conn).serve",
		"runtime.gopark",
		"panic",
		"os/signal.loop",
		"vendor/golang.org/x/net/http2.F",
		"internal/runtime/syscall/linux.Syscall6",
	};
	static const char *const others[] = {
		"main.main",
		"command-line-arguments.F",
		"golang.org/x/net/http2.F",
		"go.uber.org/zap.F",
		"app/internal.F",
		"myapp.F",
		"yaml%2ev3.F",
		"nanosleep",
		"non-Go function",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(std); i++)
		if (!name_is_std(std[i]))
			fail_msg("%s is not std", std[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (name_is_std(others[i]))
			fail_msg("%s is std", others[i]);
}

static const struct {
	const char *function, *module;
	bool in;
} modules[] = {
	{ "example.com/m.F", "example.com/m", true },
	{ "example.com/m/sub.F", "example.com/m", true },
	{ "example.com/m_test.TestA", "example.com/m", true },
	{ "example.com/m/sub_test.TestA", "example.com/m", true },
	{ "example.com/mother.F", "example.com/m", false },
	{ "example.com/m_tests.F", "example.com/m", false },
	{ "example.com/m%2ev3.F", "example.com/m.v3", true },
	{ "example.com/m%252ev3.F.func1", "example.com/m.v3", true },
	{ "example.com/m.v3/sub.F", "example.com/m.v3", true },
	{ "example.com.F", "example.com/m", false },
	{ "main.main", "example.com/m", false },
	{ "example.com/m.F", "", false },
	{ "panic", "panic", false },
};

static void knows_a_module(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		if (name_in_module(modules[i].function, modules[i].module) != modules[i].in)
			fail_msg("%s in %s", modules[i].function, modules[i].module);
}

static void knows_the_runtime_s_goroutines(void **state)
{
	static const char *const system[] = {
		"runtime.gcBgMarkWorker",
		"runtime.runCleanups",
		"runtime.ensureSigM.func1",
		"runtime.(*traceAdvancerState).start.func1",
		"runtime/trace.Start.func1",
		"runtime/trace.(*traceMultiplexer).startLocked.func1",
		"os/signal.loop",
	};
	static const char *const others[] = {
		"runtime.main",
		"runtime.corostart",
		"runtime.handleAsyncEvent",
		"runtime/debug.F",
		"testing.tRunner",
		"testing.(*B).run1.func1",
		"example.com/m.F",
		"os/signal.NotifyContext.func1",
		"runtimes/x.F",
		"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(system); i++)
		if (!name_is_system_goroutine(system[i]))
			fail_msg("%s is not the runtime's", system[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (name_is_system_goroutine(others[i]))
			fail_msg("%s is the runtime's", others[i]);
}

static void packages_are_called_by_their_short_name(void **state)
{
	static const struct {
		const char *function, *name;
	} all[] = {
		{ "example.com/m.TestA", "m" },
		{ "main.main", "main" },
		{ "net/http.(*conn).serve", "http" },
		{ "github.com/go-redis/redis/v8.NewClient", "redis" },
		{ "github.com/go-redis/redis/v8/internal/pool.(*ConnPool).reaper", "pool" },
		{ "example.com/m/v2_test.TestA", "m_test" },
		{ "example.com/m_test.TestA", "m_test" },
		{ "gopkg.in/yaml%2ev3.Unmarshal", "yaml" },
		{ "v8.F", "v8" },
		{ "example.com/v.F", "v" },
		{ "example.com/v8x.F", "v8x" },
		{ "example.com/vtest/v.F", "v" },
		{ "a.b/foo%2evx.F", "foo.vx" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		AUTO_BUF name = { 0 };

		name_put_short_package(&name, all[i].function);
		assert_string_equal(buf_str(&name), all[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_are_called_by_their_short_name),
		cmocka_unit_test(takes_names_apart),
		cmocka_unit_test(normalises_names),
		cmocka_unit_test(knows_the_standard_library),
		cmocka_unit_test(knows_a_module),
		cmocka_unit_test(knows_the_runtime_s_goroutines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
