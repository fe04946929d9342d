//! The server's process: it ends when we end, however we end.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::base::clock;

const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Sessions are ended, everything is written: `pg_ctl stop -m fast`.
    Fast,
    /// As after a power cut: `pg_ctl stop -m immediate`.
    Immediate,
}

impl Shutdown {
    fn signal(self) -> libc::c_int {
        match self {
            Self::Fast => libc::SIGINT,
            Self::Immediate => libc::SIGQUIT,
        }
    }
}

/// A server's process, kept by a thread of its own.
#[derive(Debug)]
pub(super) struct Server {
    pid: u32,
    stop: Sender<Shutdown>,
    keeper: JoinHandle<()>,
}

impl Server {
    pub(super) fn spawn(mut command: Command) -> io::Result<Self> {
        command.process_group(0); // a Ctrl-C in the terminal is meant for us
        end_with_parent(&mut command);
        let (stop, stops) = channel();
        let (tell, told) = channel();
        // the kernel ends the child with the *thread* that made it, so that thread has to last
        let keeper = thread::Builder::new().name("cluster".to_owned()).spawn(move || match command.spawn() {
            Ok(child) => {
                let _ = tell.send(Ok(child.id()));
                keep(child, &stops);
            }
            Err(e) => drop(tell.send(Err(e))),
        })?;
        let pid = told.recv().map_err(io::Error::other)??;
        Ok(Self { pid, stop, keeper })
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn is_gone(&self) -> bool {
        self.keeper.is_finished()
    }

    pub(super) fn stop(self, how: Shutdown) {
        // one that is gone already hears nothing and is only joined
        let _ = self.stop.send(how);
        let _ = self.keeper.join();
    }
}

/// Waits until the server ends by itself or is told to.
fn keep(mut child: Child, stops: &Receiver<Shutdown>) {
    let how = loop {
        match stops.recv_timeout(POLL) {
            Ok(how) => break how,
            Err(RecvTimeoutError::Disconnected) => break Shutdown::Fast,
            Err(RecvTimeoutError::Timeout) => {
                if !matches!(child.try_wait(), Ok(None)) {
                    return;
                }
            }
        }
    };
    for signal in [how.signal(), libc::SIGQUIT] {
        send(child.id(), signal);
        if ended(&mut child) {
            return;
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn ended(child: &mut Child) -> bool {
    let until = clock::instant() + PATIENCE;
    while clock::instant() < until {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}

/// Whether we are root.
#[allow(unsafe_code, reason = "the standard library does not tell; the call takes nothing and cannot fail")]
pub(super) fn is_root() -> bool {
    // SAFETY: geteuid has no preconditions.
    unsafe { libc::geteuid() == 0 }
}

/// Sends a signal; a process that is gone does not mind.
#[allow(unsafe_code, reason = "the standard library sends SIGKILL alone, which a database should not get")]
pub(super) fn send(pid: u32, signal: libc::c_int) {
    let Ok(pid) = libc::pid_t::try_from(pid) else { return };
    // SAFETY: kill touches no memory of ours; the callers see to it that the pid is a server of ours.
    unsafe { libc::kill(pid, signal) };
}

/// Has the kernel send the child SIGINT (a fast shutdown) when its parent ends, even by SIGKILL.
#[allow(unsafe_code, reason = "nothing else stops a child of a parent that was killed")]
fn end_with_parent(command: &mut Command) {
    let parent = std::process::id();
    let before_exec = move || {
        // SAFETY: prctl and getppid are async-signal-safe, as is demanded between fork and exec, and touch no memory.
        let (set, now) = unsafe { (libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT), libc::getppid()) };
        if set != 0 {
            return Err(io::Error::last_os_error());
        }
        // had the parent ended before prctl, nobody would send the signal any more
        if u32::try_from(now) == Ok(parent) { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::ESRCH)) }
    };
    // SAFETY: the closure allocates nothing, takes no lock and only makes the two calls above.
    unsafe { command.pre_exec(before_exec) };
}
