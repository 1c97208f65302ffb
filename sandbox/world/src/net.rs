//! Listeners on 127.0.0.1 whose connections can be cut from inside a handler, so that a lost reply is a lost reply on
//! the wire and not a polite status. It knows no vendor.
//!
//! Law: after a cut not one more byte is read or written on that connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

#[derive(Debug, Default)]
struct Knife {
    done: bool,
    waiting: Vec<Waker>,
}

/// Cuts the connection it came from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cut(Arc<Mutex<Knife>>);

impl Cut {
    pub(crate) fn cut(&self) {
        let mut knife = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        knife.done = true;
        for waker in knife.waiting.drain(..) {
            waker.wake();
        }
    }

    fn refuse(&self, context: &Context<'_>) -> io::Result<()> {
        let mut knife = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if knife.done {
            return Err(io::Error::from(io::ErrorKind::ConnectionReset));
        }
        if !knife.waiting.iter().any(|known| known.will_wake(context.waker())) {
            knife.waiting.push(context.waker().clone());
        }
        Ok(())
    }
}

/// A TCP stream that ends when its [`Cut`] is used.
pub(crate) struct Line {
    stream: TcpStream,
    cut: Cut,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.cut.refuse(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.cut.refuse(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A listener on a free port of the loopback.
pub(crate) struct Ear(TcpListener);

impl Ear {
    pub(crate) async fn open() -> io::Result<(Self, SocketAddr)> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        Ok((Self(listener), address))
    }
}

impl axum::serve::Listener for Ear {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok((stream, address)) => {
                    let _ = stream.set_nodelay(true);
                    return (Line { stream, cut: Cut::default() }, address);
                }
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Ear>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Ear>) -> Self {
        stream.io().cut.clone()
    }
}
