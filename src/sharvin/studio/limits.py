"""What the studio accepts at most. Everything beyond is refused with a message."""

MESSAGE = 32 * 2**20  # bytes of one message of a socket
UPLOAD = 23 * 2**20  # bytes of a file with measured data; in base64 it still fits a message
TOML = 256 * 2**10  # bytes of a device file
BODY = 2**16  # bytes of an HTTP body; nothing reads one
NAME = 200  # characters of a name
SOCKETS = 32  # pages that are open at once
WAITING = 64  # unanswered requests of one page
CONNECTIONS = 400  # HTTP connections at once; the rest is answered with 503
JOBS = 2  # sweeps that compute at once
KEPT_JOBS = 500  # jobs in the results folder

SECONDS = 120.0  # after which a worker that answers a page is given up
PATIENCE = 2.0  # seconds that a worker may go on with what nobody waits for any more
NUMBERS = 2_000  # numbers that travel as a plain list
SITES = 400_000  # of a device that a page draws or solves
