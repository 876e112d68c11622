// Package callback is called back from C threads, whose goroutines' ids are used again and again.
package callback

/*
#cgo LDFLAGS: -lpthread
#include <pthread.h>
#include <unistd.h>

extern void called(int);

static void *run(void *n)
{
	called((int)(long)n);
	return 0;
}

static void spawn(int n)
{
	for (int i = 0; i < n; i++) {
		pthread_t t;

		if (pthread_create(&t, 0, run, (void *)(long)i))
			continue;
		if (i % 3)
			pthread_join(t, 0);
		else
			pthread_detach(t);
	}
}

static void nap(void)
{
	usleep(30000);
}
*/
import "C"

import (
	"runtime"
	"time"
)

//export called
func called(n C.int) {
	if n%2 == 0 {
		time.Sleep(time.Millisecond)
	} else {
		runtime.Gosched()
	}
	go func() {
		if n%16 == 0 {
			select {}
		}
	}()
	if n%7 == 0 {
		c := make(chan int)
		go func() { c <- 1 }()
		<-c
	}
}

func spawn(n int) {
	C.spawn(C.int(n))
	C.nap()
}
