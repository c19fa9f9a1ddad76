use refcycle::Pointee;

trait Shape {}

impl Pointee for dyn Shape {
    const CHECK: refcycle::private::Check = refcycle::private::Check(false);
}

fn main() {}
