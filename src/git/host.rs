//! The host name of this machine.

/// The name of this machine, as git writes it into `gc.pid` (`gethostname(2)`).
pub fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
