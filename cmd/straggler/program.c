#include "program.h"

#include <errno.h>

bool program_path(char path[static PATH_MAX], struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (n < 0)
		return err_sys(err, errno, "find this program");
	path[n] = '\0';
	return true;
}
