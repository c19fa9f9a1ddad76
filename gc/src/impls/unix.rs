//! What [`super::system`] is for, where there is Unix.

use super::leaf::leaf;
use std::os::{fd, unix::net};

leaf! { fd::OwnedFd, net::SocketAddr, net::UnixDatagram, net::UnixListener, net::UnixStream }
