//! How the positions of the nodes of a tree lie to each other.

use serde_json::Value;

/// From the first byte to the end.
pub(crate) type Extent = (u64, u64);

/// Checks a tree as it is written into a dump, and returns what it covers: what belongs to the header
/// of a node lies in the node's position, what belongs to its body lies behind it, annotations lie
/// before it, and what is listed lies one behind the other.
///
/// # Errors
/// The first node that lies elsewhere.
pub(crate) fn nested(tree: &Value) -> Result<Option<Extent>, String> {
    under(tree, None, "")
}

/// The same for what stands in the field `key` of a node at `around`.
fn under(node: &Value, around: Option<Extent>, key: &str) -> Result<Option<Extent>, String> {
    match node {
        Value::Array(nodes) => listed(nodes, around, key),
        Value::Object(fields) => {
            let own = node.get("position").map(extent);
            if let (Some(own), Some(around)) = (own, around) {
                let inside = around.0 <= own.0 && own.1 <= around.1;
                let before = key == "annotations" && own.1 <= around.0;
                if own.0 > own.1 || !(inside || before || own.0 >= around.1) {
                    return Err(format!("{key} of a node at {around:?}: {node}"));
                }
            }
            let mut all = own;
            for (key, below) in fields {
                if key != "position" {
                    all = joined(all, under(below, own.or(around), key)?);
                }
            }
            Ok(all)
        }
        _ => Ok(None),
    }
}

fn listed(nodes: &[Value], around: Option<Extent>, key: &str) -> Result<Option<Extent>, String> {
    let mut all: Option<Extent> = None;
    for node in nodes {
        let extent = under(node, around, key)?;
        if let (Some(before), Some(extent)) = (all, extent)
            && extent.0 < before.1
        {
            return Err(format!("{key} begins before {before:?} has ended: {node}"));
        }
        all = joined(all, extent);
    }
    Ok(all)
}

fn joined(a: Option<Extent>, b: Option<Extent>) -> Option<Extent> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

fn extent(position: &Value) -> Extent {
    let offset = |key: &str| position[key].as_u64().unwrap_or(u64::MAX);
    (offset("start"), offset("end"))
}
